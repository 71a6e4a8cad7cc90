// What was done in this session, step by step, to be taken back as far as one says. Comes when it is opened for the
// first time: see dialogs.js.
import { redo, steps, undo } from "./undo.js";
import { say } from "./toast.js";
import { words } from "./words.js";

const dialog = document.querySelector("dialog[data-history]");
const list = dialog.querySelector("[data-history-list]");

/** The newest first; above it what was taken back, the one that would come again next to it. */
export function show() {
  const { done, undone } = steps();
  const rows = [
    ...undone.map((step, place) => row(step, "again", undone.length - place)),
    ...[...done].reverse().map((step, place) => row(step, "back", place + 1)),
  ];
  list.replaceChildren(...rows);
  dialog.querySelector("[data-history-none]").hidden = rows.length > 0;
}

function row(step, direction, number) {
  const made = dialog.querySelector(`[data-history-${direction}]`).content.firstElementChild.cloneNode(true);
  const time = made.querySelector("time");
  time.textContent = new Date(step.at).toLocaleTimeString(document.documentElement.lang || "en", { hour: "2-digit", minute: "2-digit", hour12: false });
  time.dateTime = new Date(step.at).toISOString();
  made.querySelector(".history-words").textContent = step.sentence;
  const button = made.querySelector("button");
  button.dataset.number = number;
  button.dataset.direction = direction;
  return made;
}

async function go({ direction, number }) {
  const turn = direction === "back" ? undo : redo;
  let turned = 0;
  // What cannot be taken back says so itself and stands in the way of nothing.
  for (let left = Number(number); left > 0; left--) turned += (await turn()) ? 1 : 0;
  if (turned > 1) say(words(direction === "back" ? "tookBack" : "didAgain", { number: turned }));
  show();
  dialog.querySelector("[data-history-live]").textContent = document.querySelector("[data-toast-text]").textContent;
  (list.querySelector("button") ?? dialog.querySelector("button")).focus();
}

dialog.addEventListener("click", (event) => {
  const button = event.target.closest("[data-direction]");
  if (button) go(button.dataset);
});
document.addEventListener("steps:changed", () => dialog.open && show());
