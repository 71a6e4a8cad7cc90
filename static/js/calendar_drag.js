// Dragging with mouse, pen and finger: one gesture for all views, listened for once. Alt or Ctrl leaves a copy.
// A finger rests for a moment first; lifted again without having moved, it selects.
import { hover, quiet } from "./hovering.js";
import { putDown } from "./move_post.js";
import { chosenWith, toggle } from "./choosing.js";
import { hold, plan, release } from "./plan_load.js";
import { inWords, localOf, mark, offer, spotAt, streamName, timeAt } from "./spots.js";
import { linkOf } from "./steps.js";
import { words } from "./words.js";

const REST = 220;
const MOUSE_SLACK = 5;
const FINGER_SLACK = 6;
const EDGE = 60;
const SCROLL = 14;
const frame = document.querySelector("[data-with-peek]");
let pressed = null;
let drag = null;
let endedAt = 0;

function press(event) {
  if (event.button || !event.isPrimary || drag) return;
  const link = event.target.closest?.("#plan [data-post][data-movable]");
  if (!link) return;
  const finger = event.pointerType === "touch";
  // Said to what is touched as well: should the plan come anew meanwhile, the finger still belongs to what was there.
  if (finger) event.target.addEventListener("touchmove", keepStill, { passive: false });
  pressed = { id: link.dataset.post, version: Number(link.dataset.version), x: event.clientX, y: event.clientY, finger, timer: finger ? setTimeout(begin, REST) : 0 };
}

function move(event) {
  if (!event.isPrimary) return;
  if (drag) {
    Object.assign(drag, { x: event.clientX, y: event.clientY, copy: wantsCopy(event) });
    drag.moved ||= away(event, drag.from) > MOUSE_SLACK;
    follow();
  } else if (pressed && away(event, pressed) > (pressed.finger ? FINGER_SLACK : MOUSE_SLACK)) {
    if (pressed.finger) forget();
    else begin(event);
  }
}

function keepStill(event) {
  if (drag && event.cancelable) event.preventDefault();
}

function away(event, from) {
  return Math.hypot(event.clientX - from.x, event.clientY - from.y);
}

function wantsCopy(event) {
  return event.altKey || event.ctrlKey || event.metaKey;
}

function forget() {
  clearTimeout(pressed?.timer);
  pressed = null;
}

/** The plan may have come anew since the press: the post is looked for again; what was meant is what was shown then. */
function begin(event = null) {
  const { id, version, x, y, finger } = pressed;
  const link = linkOf(id);
  forget();
  if (!link?.isConnected) return;
  hold();
  const top = link.getBoundingClientRect().top;
  offer(link.dataset.stream, localOf(link) !== "");
  // On narrow screens the empty days show up now: what is under the finger stays there.
  scrollBy(0, link.getBoundingClientRect().top - top);
  link.classList.add("is-ghost");
  drag = { link, version, x: event?.clientX ?? x, y: event?.clientY ?? y, from: { x, y }, finger, moved: !finger, copy: false, spot: null, asked: 0 };
  drag.ghost = ghostOf(link, chosenWith(link).length);
  drag.box = plan().querySelector(".rows-box");
  follow();
}

function ghostOf(link, number) {
  const ghost = document.createElement("div");
  ghost.className = "drag-ghost";
  ghost.inert = true;
  ghost.setAttribute("aria-hidden", "true");
  const copy = link.cloneNode(true);
  for (const name of ["data-post", "id", "aria-describedby"]) copy.removeAttribute(name);
  const hint = document.createElement("p");
  hint.className = "drag-hint";
  ghost.append(copy, hint);
  ghost.style.setProperty("--width", `${Math.min(link.offsetWidth, 260)}px`);
  if (number > 1) ghost.dataset.number = number;
  document.body.append(ghost);
  return ghost;
}

/** Once a frame at most: first all that is measured, then all that is changed. */
function follow() {
  if (drag && !drag.asked) drag.asked = requestAnimationFrame(show);
}

function show() {
  if (!drag) return;
  drag.asked = 0;
  const spot = spotAt(drag.x, drag.y, drag.link.dataset.stream);
  const scrolled = scrollAtEdge();
  const { ghost } = drag;
  ghost.style.transform = `translate3d(${Math.min(drag.x + 8, innerWidth - 180)}px, ${Math.min(drag.y + 8, innerHeight - 90)}px, 0)`;
  ghost.classList.toggle("is-copy", drag.copy);
  if (!same(spot, drag.spot)) {
    drag.spot = spot;
    mark(spot, drag.link.dataset.stream);
    tell(spot);
  }
  if (scrolled) follow();
}

function same(one, other) {
  return one?.day === other?.day && one?.clock === other?.clock && one?.slot === other?.slot && one?.stream === other?.stream && one?.open === other?.open;
}

/** What stands beside the post that is dragged: the time it would get, a promised slot, what is in the way. */
function tell(spot) {
  const hint = drag.ghost.querySelector(".drag-hint");
  drag.ghost.classList.remove("is-warned");
  if (!spot) {
    hint.textContent = "";
    quiet();
    return;
  }
  if (spot.open) {
    hint.textContent = localOf(drag.link) ? words("openHint") : "";
    quiet();
    return;
  }
  const when = inWords({ ...spot, clock: timeAt(spot, drag.link).slice(11) });
  const there = spot.slot ? words("slotHint", { when }) : when;
  const said = spot.stream ? words("rowHint", { stream: streamName(spot.stream), when: there }) : there;
  hint.textContent = said;
  const { ghost } = drag;
  hover(drag.link, spot, (warning) => {
    ghost.classList.add("is-warned");
    hint.textContent = `${said}. ${warning}`;
  });
}

function scrollAtEdge() {
  const { x, y, box, moved } = drag;
  if (!moved) return false;
  const down = y < EDGE ? -SCROLL : y > innerHeight - EDGE ? SCROLL : 0;
  if (down) scrollBy(0, down);
  if (box) {
    const edges = box.getBoundingClientRect();
    const right = x < edges.left + EDGE ? -SCROLL : x > edges.right - EDGE ? SCROLL : 0;
    if (right) box.scrollBy(right, 0);
    return Boolean(down || right);
  }
  return Boolean(down);
}

/** Ends the drag; answers what it was. */
function stop() {
  const was = drag;
  drag = null;
  cancelAnimationFrame(was.asked);
  quiet();
  was.ghost.remove();
  was.link.classList.remove("is-ghost");
  mark(null);
  offer(null);
  release();
  endedAt = Date.now();
  return was;
}

function drop(event) {
  if (!event.isPrimary) return;
  forget();
  if (!drag) return;
  Object.assign(drag, { x: event.clientX, y: event.clientY });
  const { link, version, finger, moved } = drag;
  const spot = moved ? spotAt(drag.x, drag.y, link.dataset.stream) : null;
  stop();
  if (spot) putDown(link, spot, { copy: wantsCopy(event), version });
  else if (finger && !moved) toggle(link);
}

function leave() {
  forget();
  if (drag) stop();
}

frame?.addEventListener("pointerdown", press);
document.addEventListener("pointermove", move, { passive: true });
document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", leave);
// Once a post is held the finger no longer scrolls; a long press opens no menu of the browser.
frame?.addEventListener("touchmove", keepStill, { passive: false });
frame?.addEventListener("contextmenu", (event) => (pressed?.finger || drag) && event.preventDefault());
frame?.addEventListener("dragstart", (event) => event.target.closest?.("[data-post]") && event.preventDefault());
document.addEventListener(
  "keydown",
  (event) => {
    if (!drag || event.key !== "Escape") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    leave();
  },
  { capture: true },
);
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
