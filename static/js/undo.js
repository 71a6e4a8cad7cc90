// The last twenty steps can be taken back (z) and done again (Shift-z), on the next page too.
// A step is plain data with a `kind`; who makes steps of a kind says how to take one back.
import { say } from "./toast.js";
import { hasModifier, isTyping } from "./typing.js";
import { words } from "./words.js";

const MOST = 20;
const STORE = "sluice-steps";
const doers = new Map();
let { done, undone } = read();
let queue = Promise.resolve();

/** `act(step, "back" | "again")` carries a step out and answers whether it worked. */
export function carryOut(kind, act) {
  doers.set(kind, act);
}

export function remember(step) {
  done = [...done, step].slice(-MOST);
  undone = [];
  write();
}

/** Change the steps in place: a post's version grows with every move. */
export function amend(change) {
  for (const step of [...done, ...undone]) change(step);
  write();
}

/** What can be taken back and done again, the oldest first. */
export function steps() {
  return { done, undone };
}

/** Answers whether a step was taken back. */
export async function undo() {
  return turn(done, undone, "back", "nothing");
}

export async function redo() {
  return turn(undone, done, "again", "nothingAgain");
}

/** One after the other: who presses twice in a hurry takes back two steps. */
function turn(...which) {
  const mine = queue.then(() => turnNow(...which));
  queue = mine.catch(() => {});
  return mine;
}

async function turnNow(from, to, direction, nothing) {
  const step = from.at(-1);
  if (!step) {
    say(words(nothing));
    return false;
  }
  // Posts move in the calendar alone: elsewhere such a step waits until one is there.
  if (!doers.has(step.kind)) {
    say(words("inCalendar", { sentence: step.sentence }));
    return false;
  }
  const worked = await doers.get(step.kind)(step, direction);
  // What was refused once is refused again: it does not stand in the way of the step before.
  from.splice(from.indexOf(step), 1);
  if (worked) to.push(step);
  write();
  return Boolean(worked);
}

function read() {
  try {
    return { done: [], undone: [], ...JSON.parse(sessionStorage.getItem(STORE) ?? "{}") };
  } catch {
    return { done: [], undone: [] };
  }
}

function write() {
  try {
    sessionStorage.setItem(STORE, JSON.stringify({ done, undone }));
  } catch {
    // Kept for this page only.
  }
  document.dispatchEvent(new CustomEvent("steps:changed"));
}

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "z" || event.repeat || hasModifier(event) || isTyping(event)) return;
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  if (event.shiftKey) redo();
  else undo();
});
