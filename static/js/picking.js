// Several posts at once: Shift or Ctrl and a click, x or Space, a long press, the boxes of a list.
import { plan } from "./plan_load.js";
import { localOf } from "./spots.js";
import { hasModifier, isTyping } from "./typing.js";

const MOST = 200;
const picked = new Map();
let last = null;

export function picks() {
  return [...picked.values()];
}

/** This post and, where it is one of several that are selected, all the others. */
export function pickedWith(link) {
  const id = link.dataset.post;
  return picked.has(id) && picked.size > 1 ? [of(link), ...picks().filter((one) => one.id !== id)] : [of(link)];
}

export function toggle(link) {
  const id = link.dataset.post;
  if (picked.has(id)) picked.delete(id);
  else add(link);
  last = id;
  tell();
}

export function pickAll() {
  for (const link of links()) add(link);
  tell();
}

export function clear() {
  picked.clear();
  last = null;
  tell();
}

/** Select nothing where the person may change nothing: the bar that acts on them is not there. */
function mayPick() {
  return document.querySelector("[data-picked]") !== null;
}

function of(link) {
  const title = link.querySelector(".post-title")?.textContent ?? "";
  return { id: link.dataset.post, version: Number(link.dataset.version), local: localOf(link), title };
}

function add(link) {
  if (picked.size < MOST) picked.set(link.dataset.post, of(link));
}

function links() {
  return [...plan().querySelectorAll("[data-post][data-version]")].filter((link) => link.closest("[data-at]"));
}

/** From the post that was selected last to this one. */
function range(link) {
  const all = links();
  const from = all.findIndex((one) => one.dataset.post === last);
  const to = all.indexOf(link);
  for (const one of from < 0 ? [link] : all.slice(Math.min(from, to), Math.max(from, to) + 1)) add(one);
  last = link.dataset.post;
  tell();
}

function tell() {
  show();
  document.dispatchEvent(new CustomEvent("picks:changed"));
}

function show() {
  for (const link of plan().querySelectorAll("[data-post]")) {
    const is = picked.has(link.dataset.post);
    link.classList.toggle("is-picked", is);
    if (is) link.setAttribute("aria-describedby", "picked-word");
    else link.removeAttribute("aria-describedby");
    const box = link.parentElement.querySelector("[data-pick]");
    if (box) box.checked = is;
  }
}

function click(event) {
  const link = event.target.closest?.("#plan [data-post][data-version]");
  if (!link || event.button || event.defaultPrevented || !mayPick() || !link.closest("[data-at]")) return;
  const tap = event.pointerType === "touch" && picked.size > 0;
  if (!event.shiftKey && !event.ctrlKey && !event.metaKey && !tap) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.shiftKey) range(link);
  else toggle(link);
}

function press(event) {
  if (event.defaultPrevented || hasModifier(event) || isTyping(event) || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && picked.size) {
    event.preventDefault();
    clear();
    return;
  }
  const link = document.activeElement?.closest?.("#plan [data-post][data-version]");
  if (!link?.closest("[data-at]") || !mayPick() || (event.key !== "x" && event.key !== " ")) return;
  event.preventDefault();
  toggle(link);
}

document.addEventListener("click", click, { capture: true });
document.addEventListener("keydown", press);
document.addEventListener("change", (event) => {
  const box = event.target.closest?.("#plan [data-pick]");
  const link = box?.parentElement.querySelector("[data-post]");
  if (link) toggle(link);
});
document.addEventListener("post:moved", ({ detail }) => {
  const one = picked.get(detail.id);
  if (!one) return;
  one.version = detail.version;
  if (detail.gone) {
    picked.delete(detail.id);
    tell();
  }
});
document.addEventListener("plan:loaded", () => {
  for (const link of links()) if (picked.has(link.dataset.post)) picked.set(link.dataset.post, of(link));
  show();
});
document.addEventListener("plan:more", show);
