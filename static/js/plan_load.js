// The plan of the page, loaded anew without leaving it: all of it at another address, at the same one only the
// parts that have changed. Whoever had the focus has it again.
import { askFor } from "./asking.js";

let holds = 0;
let newest = 0;
let going = 0;

export function plan() {
  return document.getElementById("plan");
}

/** Nothing replaces the plan between hold() and release(): somebody is dragging. */
export function hold() {
  holds += 1;
}

export function release() {
  holds = Math.max(0, holds - 1);
}

export function isHeld() {
  return holds > 0;
}

/**
 * Load the plan at `address`; the one shown, if left out, unless another is on its way and will be as new. Answers
 * whether it is there, null where another has been asked for meanwhile.
 */
export async function loadPlan(address) {
  if (!address && going) return false;
  const turn = ++newest;
  if (address) going = turn;
  const shown = plan().dataset.here;
  const known = (address ?? shown) === shown ? plan().dataset.sums : "";
  const answer = await askFor(address ?? shown, { "Sluice-Plan": known || "whole" });
  if (going === turn) going = 0;
  if (turn !== newest) return null;
  if (answer === null || isHeld()) return false;
  const fresh = new DOMParser().parseFromString(`<body>${answer.text}`, "text/html");
  const sums = answer.headers.get("Sluice-Sums");
  if (sums === null && !fresh.getElementById("plan")) {
    // No stream is in use any more: there is no plan, and its page says what comes first.
    if (fresh.querySelector("[data-no-plan]")) location.assign(address ?? shown);
    return false;
  }
  const focus = whereFocusIs();
  const open = plan().querySelector("details.more[open]")?.dataset.rest;
  const before = plan().dataset.view;
  put(fresh, address ? null : plan().querySelector("details.filter[open]"));
  if (sums !== null) plan().dataset.sums = sums;
  document.dispatchEvent(new CustomEvent("plan:loaded", { detail: { open, whole: sums === null } }));
  giveFocus(focus, before);
  return true;
}

/** Every element of the answer takes the place of the one with its id. A menu that is open stays, and what is typed in it. */
function put(fresh, menu) {
  const title = fresh.querySelector("title");
  if (title) document.title = title.textContent;
  const open = new Map([...plan().querySelectorAll("details[data-kept]")].map((one) => [one.dataset.kept, one.open]));
  if (menu) fresh.querySelector("details.filter")?.replaceWith(menu);
  for (const element of [...fresh.body.children]) {
    if (!element.id || menu?.contains(document.getElementById(element.id))) continue;
    // What somebody has opened stays open.
    for (const one of element.querySelectorAll("details[data-kept]")) one.open = open.get(one.dataset.kept) ?? one.open;
    document.getElementById(element.id)?.replaceWith(element);
  }
}

function whereFocusIs() {
  const at = document.activeElement;
  if (at.closest("[data-filters]") && at.value) return { rail: at, find: `[data-filters] [value="${CSS.escape(at.value)}"]` };
  if (!plan().contains(at)) return null;
  if (at.closest("details.filter[open]")) return { at, find: "h1" };
  if (at.matches("input[type=search]")) return { find: `#${at.id}`, value: at.value, from: at.selectionStart, to: at.selectionEnd };
  if (at.dataset.post) return { find: `[data-post="${at.dataset.post}"]` };
  if (at.dataset.goView) return { find: `[data-go-view="${at.dataset.goView}"]` };
  for (const name of ["rel", "data-go-today"]) {
    if (at.hasAttribute(name)) return { find: `.bar-nav [${name}="${at.getAttribute(name)}"]` };
  }
  if (at.id) return { find: `#${CSS.escape(at.id)}` };
  const href = at.getAttribute("href");
  return { find: href ? `a[href="${CSS.escape(href)}"]` : "h1" };
}

function giveFocus(focus, before) {
  if (!focus) return;
  if (focus.at?.isConnected) {
    focus.at.focus({ preventScroll: true });
    return;
  }
  if (focus.rail) {
    const again = document.querySelector(focus.find) ?? document.querySelector("[data-filters] input[type=checkbox]") ?? document.getElementById("main");
    if (!focus.rail.isConnected) again.focus({ preventScroll: true });
    return;
  }
  const found = plan().querySelector(focus.find);
  if (found && "value" in focus) {
    found.value = focus.value;
    found.focus({ preventScroll: true });
    found.setSelectionRange(focus.from, focus.to);
  } else if (found) {
    // What lies in a tray that is closed cannot have the focus; its line can.
    (found.closest("details:not([open])")?.querySelector("summary") ?? found).focus({ preventScroll: true });
  } else {
    const view = before === plan().dataset.view ? null : plan().querySelector("[data-go-view][aria-current]");
    (view?.checkVisibility() ? view : document.getElementById("main")).focus({ preventScroll: true });
  }
}
