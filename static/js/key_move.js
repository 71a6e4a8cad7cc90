// Moving by keyboard: `m` takes the post up, arrows choose the day, Enter puts it down, Escape leaves it.
import { offer } from "./calendar_drag.js";
import { movePost, titleOf } from "./move_post.js";
import { hold, plan, release } from "./plan_load.js";
import { hide, say } from "./toast.js";
import { hasModifier, isTyping } from "./typing.js";
import { stateWord, words } from "./words.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, h: -1, l: 1, k: -7, j: 7 };
const LONG = { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" };
let held = null;
let day = "";

export function isMoving() {
  return held !== null;
}

function take(link) {
  if (!("movable" in link.dataset)) {
    say(words("fixed", { title: titleOf(link), state: stateWord(link.dataset.state).toLowerCase() }));
    return;
  }
  held = link;
  day = link.closest("[data-day]").dataset.day;
  held.classList.add("is-moving");
  hold();
  offer(link.dataset.stream);
  tell();
}

function step(days) {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  show(null);
  day = date.toISOString().slice(0, 10);
  tell();
}

function tell() {
  show(day);
  const when = new Date(`${day}T12:00:00Z`).toLocaleDateString(locale(), LONG);
  say(words("moving", { title: titleOf(held), day: when }));
}

function locale() {
  const lang = document.documentElement.lang || "en";
  return lang === "en" ? "en-GB" : lang;
}

function show(where) {
  for (const cell of plan().querySelectorAll(".is-over")) cell.classList.remove("is-over");
  if (!where) return;
  const cell = plan().querySelector(`[data-day="${where}"]`);
  cell?.classList.add("is-over");
  cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function putDown() {
  const link = held;
  const to = day;
  show(null);
  held.classList.remove("is-moving");
  held = null;
  offer(null);
  release();
  return [link, to];
}

function leave() {
  const [link] = putDown();
  say(words("left", { title: titleOf(link) }));
}

function press(event) {
  if (held) {
    pressWhileHeld(event);
    return;
  }
  if (event.key !== "m" || hasModifier(event) || isTyping(event) || document.querySelector("dialog[open]")) return;
  const link = document.activeElement?.closest?.("#plan [data-post]");
  if (!link) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  take(link);
}

function pressWhileHeld(event) {
  if (event.key === "Tab") {
    leave();
    return;
  }
  if (hasModifier(event)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (STEPS[event.key]) step(STEPS[event.key]);
  else if (event.key === "Escape") leave();
  else if (event.key === "Enter") {
    const [link, to] = putDown();
    hide();
    movePost(link, to);
    link.focus();
  }
}

document.addEventListener("keydown", press, { capture: true });
