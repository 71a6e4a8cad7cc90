// Several posts at once: Shift or Ctrl and a click, x or Space, a long press, the boxes of a list. What is chosen stays
// chosen while the plan comes anew, and in another view of it.
import { plan } from "./plan_load.js";
import { localOf } from "./spots.js";
import { hasModifier, isTyping } from "./typing.js";

const MOST = 200;
const POST = "[data-post][data-version]";
const found = new Map();
let last = null;

export function chosen() {
  return [...found.values()];
}

/** This post and, where it is one of several that are chosen, all the others. */
export function chosenWith(link) {
  const id = link.dataset.post;
  return found.has(id) && found.size > 1 ? [of(link), ...chosen().filter((one) => one.id !== id)] : [of(link)];
}

export function toggle(link) {
  choose([link], !found.has(link.dataset.post));
  last = link.dataset.post;
}

export function chooseAll() {
  choose(links(), true);
}

export function clear() {
  found.clear();
  last = null;
  tell();
}

/** Nothing is chosen where the person may change nothing: the bar that acts on it is not there. */
function mayChoose() {
  return document.querySelector("[data-many]") !== null;
}

function of(link) {
  const title = link.querySelector(".post-title")?.textContent ?? "";
  return { id: link.dataset.post, version: Number(link.dataset.version), local: localOf(link), title };
}

function links() {
  return [...plan().querySelectorAll(POST)].filter((link) => link.closest("[data-at]") && !link.closest("details:not([open])"));
}

function linkHere(element) {
  const link = element?.closest?.(`#plan ${POST}`);
  return link?.closest("[data-at]") && mayChoose() ? link : null;
}

function choose(some, on) {
  for (const link of some) {
    if (!on) found.delete(link.dataset.post);
    else if (found.size < MOST) found.set(link.dataset.post, of(link));
  }
  tell();
}

/** From the post that was chosen last to this one. */
function range(link, on) {
  const all = links();
  const from = all.findIndex((one) => one.dataset.post === last);
  const to = all.indexOf(link);
  choose(from < 0 ? [link] : all.slice(Math.min(from, to), Math.max(from, to) + 1), on);
  last = link.dataset.post;
}

function tell() {
  show();
  document.dispatchEvent(new CustomEvent("choice:changed"));
}

function show() {
  for (const link of plan().querySelectorAll(POST)) {
    const is = found.has(link.dataset.post);
    link.classList.toggle("is-chosen", is);
    if (is) link.setAttribute("aria-describedby", "chosen-word");
    else link.removeAttribute("aria-describedby");
    const box = link.parentElement.querySelector("[data-choose]");
    if (box) box.checked = is;
  }
}

function click(event) {
  if (event.target.matches?.("[data-choose]")) return clickBox(event);
  const link = linkHere(event.target);
  if (!link || event.button || event.defaultPrevented) return;
  const tap = event.pointerType === "touch" && found.size > 0;
  if (!event.shiftKey && !event.ctrlKey && !event.metaKey && !tap) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.shiftKey) range(link, true);
  else toggle(link);
}

function clickBox({ target, shiftKey }) {
  const link = target.closest("li").querySelector(POST);
  if (shiftKey) {
    range(link, target.checked);
  } else {
    choose([link], target.checked);
    last = link.dataset.post;
  }
}

function press(event) {
  if (event.defaultPrevented || hasModifier(event) || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && found.size) {
    event.preventDefault();
    clear();
    return;
  }
  const link = linkHere(document.activeElement);
  if (!link || isTyping(event) || (event.key !== "x" && event.key !== " ")) return;
  event.preventDefault();
  toggle(link);
}

document.addEventListener("click", click, { capture: true });
document.addEventListener("keydown", press);
document.addEventListener("post:moved", ({ detail }) => {
  const one = found.get(detail.id);
  if (!one) return;
  one.version = detail.version;
  if (detail.gone) {
    found.delete(detail.id);
    tell();
  }
});
document.addEventListener("plan:loaded", () => {
  for (const link of links()) if (found.has(link.dataset.post)) found.set(link.dataset.post, of(link));
  show();
});
document.addEventListener("plan:more", show);
