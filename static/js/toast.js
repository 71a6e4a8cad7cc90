// One message at the bottom at a time. It never takes the focus; what it offers can be taken for ten seconds.
const box = document.querySelector("[data-toast]");
const text = box?.querySelector("[data-toast-text]");
const button = box?.querySelector("[data-undo]");
const SECONDS = 10;
let timer = 0;
let offered = null;

/** Say a sentence; with `undo` (a function) offer to take it back. */
export function say(sentence, { undo = null } = {}) {
  if (!box) return;
  clearTimeout(timer);
  offered = undo;
  text.textContent = sentence;
  if (button) button.hidden = !undo;
  box.hidden = false;
  timer = setTimeout(hide, SECONDS * 1000);
}

export function hide() {
  if (!box) return;
  // A person who has tabbed to Undo keeps it until they leave.
  if (box.contains(document.activeElement)) return;
  box.hidden = true;
  offered = null;
}

function close() {
  box.hidden = true;
  offered = null;
}

button?.addEventListener("click", () => {
  const undo = offered;
  close();
  undo?.();
});
box?.querySelector("[data-toast-close]")?.addEventListener("click", close);
box?.addEventListener("focusout", () => {
  clearTimeout(timer);
  timer = setTimeout(hide, 4000);
});
