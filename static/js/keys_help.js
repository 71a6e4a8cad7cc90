// `?` shows all keys; so does the button with a keyboard on it.
import { hasModifier, isTyping } from "./typing.js";

const dialog = document.querySelector("dialog[data-keys]");

function open() {
  if (dialog && !document.querySelector("dialog[open]")) dialog.showModal();
}

function showButtons() {
  for (const button of document.querySelectorAll("[data-keys-help]")) button.hidden = !dialog;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || hasModifier(event) || isTyping(event)) return;
  event.preventDefault();
  open();
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-keys-help]")) open();
  else if (event.target === dialog) dialog.close();
});
document.addEventListener("keys:show", open);
document.addEventListener("plan:loaded", showButtons);
showButtons();
