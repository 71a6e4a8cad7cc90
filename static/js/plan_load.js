// The plan of the page, loaded anew without leaving it. Whoever had the focus has it again.
import { getText } from "./asking.js";

let holds = 0;
let newest = 0;

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

/** Load the plan at `address` (the one shown, if left out). Answers whether it is there. */
export async function loadPlan(address = plan().dataset.here) {
  const turn = ++newest;
  const text = await getText(address);
  if (text === null || turn !== newest || isHeld()) return false;
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("plan");
  if (!fresh) return false;
  const focus = whereFocusIs();
  const open = plan().querySelector("details.more[open]")?.dataset.rest;
  plan().replaceWith(fresh);
  document.dispatchEvent(new CustomEvent("plan:loaded", { detail: { open } }));
  giveFocus(focus);
  return true;
}

function whereFocusIs() {
  const at = document.activeElement;
  if (!plan().contains(at)) return null;
  if (at.dataset.post) return `[data-post="${at.dataset.post}"]`;
  if (at.id) return `#${CSS.escape(at.id)}`;
  const href = at.getAttribute("href");
  return href ? `a[href="${CSS.escape(href)}"]` : null;
}

function giveFocus(selector) {
  if (selector) plan().querySelector(selector)?.focus({ preventScroll: true });
}
