// Dragging with mouse and finger. SortableJS makes the gesture; the day under the pointer decides.
import { hold, plan, release } from "./plan_load.js";
import { movePost } from "./move_post.js";

const TOUCH_DELAY = 220;
let over = null;
let endedAt = 0;

function makeDraggable() {
  for (const list of plan().querySelectorAll("[data-drop]")) makeListDraggable(list);
}

/** Rows of this list with .is-movable can be dragged onto any day of the plan. */
export function makeListDraggable(list) {
  if (globalThis.Sortable?.get(list)) return;
  globalThis.Sortable?.create(list, {
    group: { name: "plan", put: false },
    draggable: "li.is-movable",
    sort: false,
    forceFallback: true,
    fallbackOnBody: true,
    fallbackTolerance: 5,
    delay: TOUCH_DELAY,
    delayOnTouchOnly: true,
    touchStartThreshold: 6,
    ghostClass: "is-ghost",
    scrollSensitivity: 60,
    onStart: begin,
    onEnd: end,
  });
}

function begin({ item }) {
  const link = item.querySelector("[data-post]");
  hold();
  const top = item.getBoundingClientRect().top;
  offer(link.dataset.stream);
  // On narrow screens the empty days show up now: what is under the finger stays there.
  scrollBy(0, item.getBoundingClientRect().top - top);
  addEventListener("pointermove", follow, { passive: true });
  addEventListener("touchmove", follow, { passive: true });
}

function end({ item, originalEvent }) {
  removeEventListener("pointermove", follow);
  removeEventListener("touchmove", follow);
  endedAt = Date.now();
  const cell = dayUnder(originalEvent) ?? over;
  mark(null);
  offer(null);
  release();
  if (cell) movePost(item.querySelector("[data-post]"), cell.dataset.day);
}

function follow(event) {
  mark(dayUnder(event));
}

function dayUnder(event) {
  const point = event?.changedTouches?.[0] ?? event?.touches?.[0] ?? event;
  if (point?.clientX === undefined) return null;
  return document.elementFromPoint(point.clientX, point.clientY)?.closest("#plan [data-day]") ?? null;
}

function mark(cell) {
  if (cell === over) return;
  over?.classList.remove("is-over");
  cell?.classList.add("is-over");
  over = cell;
}

/** While a post of a stream moves, the gaps of that stream stand out. */
export function offer(stream) {
  plan().classList.toggle("dragging", stream !== null);
  for (const gap of plan().querySelectorAll(".gap")) gap.classList.toggle("is-offered", gap.dataset.stream === stream);
}

// The click that ends a drag opens nothing.
document.addEventListener(
  "click",
  (event) => {
    if (Date.now() - endedAt > 250 || !event.target.closest?.("[data-post]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  { capture: true },
);
document.addEventListener("plan:loaded", makeDraggable);
makeDraggable();
