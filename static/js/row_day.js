// In rows of streams a day with several posts opens below its line: there each of them can be opened and moved.
import { getText } from "./asking.js";
import { isHeld, plan } from "./plan_load.js";
import { say } from "./toast.js";
import { words } from "./words.js";

let open = null;
let kept = null;

function linkOf({ stream, day }) {
  return plan().querySelector(`section[data-stream="${CSS.escape(stream)}"] [data-row-day="${day}"]`);
}

async function show(which, { focus = false } = {}) {
  const filters = plan().dataset.here.split("?")[1] ?? "";
  const text = await getText(`/calendar/days/${which.day}?${filters}&of=${encodeURIComponent(which.stream)}`);
  const link = linkOf(which);
  if (text === null) return say(words("unreachable"));
  if (open !== which || !link || isHeld()) return null;
  clear();
  const list = document.createElement("ul");
  kept = list;
  list.className = "row-day";
  list.dataset.day = which.day;
  list.innerHTML = text;
  attach(list, link);
  document.dispatchEvent(new CustomEvent("plan:more"));
  if (focus) list.querySelector("a")?.focus();
  return list;
}

function attach(list, link) {
  link.closest("section").querySelector(".row-line").after(list);
  link.setAttribute("aria-expanded", "true");
}

function clear() {
  for (const list of plan().querySelectorAll(".row-day")) list.remove();
  for (const link of plan().querySelectorAll("[data-row-day]")) link.setAttribute("aria-expanded", "false");
}

function close({ focus = false } = {}) {
  const link = open && linkOf(open);
  open = kept = null;
  clear();
  if (focus) link?.focus();
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.("#plan [data-row-day]");
  if (!link) return;
  event.preventDefault();
  const which = { stream: link.closest("section").dataset.stream, day: link.dataset.rowDay };
  if (open?.stream === which.stream && open.day === which.day) {
    close();
    return;
  }
  open = which;
  // A click without a pointer is Enter: the focus goes along.
  show(which, { focus: event.detail === 0 });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !document.activeElement?.closest(".row-day")) return;
  event.preventDefault();
  close({ focus: true });
});
// The plan came anew: what was open stands there as it was, for somebody may be about to take a post up, until it is new.
document.addEventListener("plan:loaded", () => {
  if (plan().dataset.view !== "streams") open = kept = null;
  for (const link of plan().querySelectorAll("[data-row-day]")) link.setAttribute("aria-expanded", "false");
  if (!open) return;
  const link = linkOf(open);
  if (!link) {
    close();
    return;
  }
  if (kept) attach(kept, link);
  show(open);
});
document.addEventListener("plan:went", () => open && close());
for (const link of plan()?.querySelectorAll("[data-row-day]") ?? []) link.setAttribute("aria-expanded", "false");
