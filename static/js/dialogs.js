// The dialogs of every page: commands (Ctrl-K or /), what was done here (u), all keys (?). They open at once; what works
// in the first two comes when they are opened for the first time, and does then what was pressed meanwhile.
import { once } from "./pressed_early.js";
import { say } from "./toast.js";
import { hasModifier, isTyping } from "./typing.js";
import { words } from "./words.js";

const commands = document.querySelector("dialog[data-palette]");
const done = document.querySelector("dialog[data-history]");
const keys = document.querySelector("dialog[data-keys]");
const input = commands?.querySelector("[role=combobox]");
const palette = once(() => import("./palette.js"), () => unreached(commands));
const past = once(() => import("./history.js"), () => unreached(done));

function open(dialog) {
  if (!dialog || document.querySelector("dialog[open]")) return;
  if (dialog === commands) input.value = "";
  dialog.showModal();
  if (dialog === done) past(({ show }) => show());
  if (dialog !== commands) return;
  input.focus();
  palette(({ show }) => show(input.value));
}

/** Nothing works in it yet: it closes again and says so, once. */
function unreached(dialog) {
  if (dialog.open) say(words("unreachable"));
  dialog.close();
}

/** The dialog that a key opens. */
function opens(event) {
  const find = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (find) return commands;
  return hasModifier(event) || isTyping(event) ? null : { "/": commands, u: done, "?": keys }[event.key];
}

function showButtons() {
  for (const [name, dialog] of [["palette-open", commands], ["history-open", done], ["keys-help", keys]]) {
    for (const button of document.querySelectorAll(`[data-${name}]`)) button.hidden = !dialog;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const dialog = opens(event);
  if (!dialog) return;
  event.preventDefault();
  open(dialog);
});
document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-palette-open]")) {
    target.closest("details")?.removeAttribute("open");
    open(commands);
  } else if (target.closest?.("[data-history-open]")) open(done);
  else if (target.closest?.("[data-keys-help]")) open(keys);
  else if (target === commands || target === done || target === keys) target.close();
});
input?.addEventListener("input", () => palette(({ show }) => show(input.value)));
input?.addEventListener("keydown", (event) => {
  if (event.isComposing || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
  event.preventDefault();
  palette(({ press }) => press(event.key));
});
commands?.querySelector("[role=listbox]").addEventListener("click", ({ target }) => palette(({ carryOut }) => carryOut(target.closest("[role=option]"))));
document.addEventListener("history:show", () => open(done));
document.addEventListener("keys:show", () => open(keys));
document.addEventListener("plan:loaded", showButtons);
showButtons();
