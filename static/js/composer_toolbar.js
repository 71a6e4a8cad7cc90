// The bar of formatting, and the same by keys in the text itself.
import { askForLink, linkByPaste } from "./composer_link.js";
import { goOn, mark } from "./composer_marks.js";
import { askForSnippet } from "./composer_snippets.js";

const LETTERS = { b: "bold", i: "italic", k: "link" };
const DIGITS = { Digit5: "snippet", Digit6: "heading", Digit7: "numbers", Digit8: "bullets", Digit9: "quote" };
const bar = document.querySelector("[data-toolbar]");

export function attach(form) {
  if (!bar) return;
  bar.hidden = false;
  rove();
  bar.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-mark]");
    if (tool) act(front(form), tool.dataset.mark);
  });
  // A press with the mouse must not take the selection away.
  bar.addEventListener("mousedown", (event) => event.preventDefault());
  form.addEventListener("keydown", press);
  form.addEventListener("paste", paste);
}

/** The text that one writes: the panel in front, of which there is always one. */
export function front(form) {
  const shown = [...form.querySelectorAll("[data-panel]")].filter((panel) => !panel.hidden);
  const panel = shown.find((one) => one.contains(document.activeElement)) ?? shown[0];
  return panel.querySelector("textarea");
}

function act(field, name) {
  if (name === "link") askForLink(field);
  else if (name === "snippet") askForSnippet(field);
  else mark(field, name);
}

function press(event) {
  if (!event.target.matches(".body-in") || event.isComposing) return;
  if (event.key === "Enter" && !hasModifier(event)) {
    if (goOn(event.target)) event.preventDefault();
    return;
  }
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const name = event.shiftKey ? DIGITS[event.code] : LETTERS[event.key.toLowerCase()];
  if (!name) return;
  event.preventDefault();
  // Ctrl-K means something else everywhere else.
  event.stopPropagation();
  act(event.target, name);
}

function hasModifier(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
}

function paste(event) {
  if (!event.target.matches?.(".body-in")) return;
  if (linkByPaste(event.target, event.clipboardData?.getData("text/plain") ?? "")) event.preventDefault();
}

/** One stop of the Tab key; the arrows, Home and End go along. */
function rove() {
  const tools = () => [...bar.querySelectorAll("button, summary")].filter((one) => one.checkVisibility());
  const choose = (chosen) => {
    for (const tool of bar.querySelectorAll("button, summary")) tool.tabIndex = tool === chosen ? 0 : -1;
  };
  choose(tools()[0]);
  bar.addEventListener("focusin", (event) => choose(event.target));
  bar.addEventListener("keydown", (event) => {
    const all = tools();
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    all[to % all.length].focus();
  });
}
