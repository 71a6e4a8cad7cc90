// Moving by keyboard: `m` takes the post up, arrows choose day and time (in rows also the stream), Enter puts it down,
// `d` leaves a copy there, `s` goes to the next promised slot of its stream, Backspace takes its time away, Escape
// leaves it where it was.
import { hover, quiet } from "./hovering.js";
import { putDown, titleOf } from "./move_post.js";
import { chosenWith } from "./choosing.js";
import { hold, plan, release } from "./plan_load.js";
import { gapsOf, hasHours, hasRows, inWords, localOf, mark, marked, offer, OPEN, shift, slotSpot, snapped, streamName, timeAt } from "./spots.js";
import { hide, say } from "./toast.js";
import { hasModifier, isTyping } from "./typing.js";
import { stateWord, words } from "./words.js";

const DAY = 1440;
const NAMES = { h: "ArrowLeft", l: "ArrowRight", k: "ArrowUp", j: "ArrowDown" };
const QUARTER = 15;
const MORNING = "09:00";
let held = null;
let spot = null;

function take(link) {
  if (!("movable" in link.dataset)) {
    say(words("fixed", { title: titleOf(link), state: stateWord(link.dataset.state).toLowerCase() }));
    return;
  }
  held = link;
  spot = begin();
  held.classList.add("is-moving");
  hold();
  offer(link.dataset.stream, localOf(link) !== "");
  tell();
}

/** Where it stands; without a time at today, or at the day of the plan. */
function begin() {
  const day = localOf(held).slice(0, 10);
  if (day) return { day, clock: null, slot: null };
  const today = plan().querySelector(".day-today, .hour-day.now, .list-today, .row-cells .now");
  return { day: today?.dataset.day ?? plan().dataset.date, clock: hasHours() ? MORNING : null, slot: null };
}

/** By days, and in views with hours up and down by a quarter of an hour, with Shift by an hour. */
function step(key, fast) {
  const upDown = key === "ArrowUp" || key === "ArrowDown";
  const sign = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
  if (spot.open) to(begin());
  else if (upDown && hasRows()) toRow(sign);
  else if (hasRows()) toDay(sign * (fast ? 7 : 1));
  else if (upDown && hasHours()) toTime(sign * (fast ? 60 : QUARTER));
  else toDay(sign * (upDown && plan().dataset.view !== "list" ? 7 : 1));
}

function toDay(days) {
  const day = shift(`${spot.day}T12:00`, days * DAY).slice(0, 10);
  const { stream } = spot;
  // A slot is of its day: on another one the post has its own clock again, or the one that was chosen.
  const there = spot.clock && !spot.slot ? snapped(`${day}T${spot.clock}`, stream ?? held.dataset.stream) : { day, clock: null, slot: null };
  to({ ...there, stream });
}

/** To the row above or below; its own row again is no change of stream. */
function toRow(sign) {
  const rows = [...plan().querySelectorAll("section[data-stream]")].map((row) => row.dataset.stream);
  const at = rows.indexOf(spot.stream ?? held.dataset.stream);
  const stream = rows[Math.min(Math.max(at + sign, 0), rows.length - 1)];
  to({ day: spot.day, clock: null, slot: null, stream: stream === held.dataset.stream ? undefined : stream });
}

/** From an odd minute first to the next quarter. */
function toTime(minutes) {
  const now = timeAt(spot, held);
  const odd = Number(now.slice(14)) % QUARTER;
  const even = minutes < 0 && odd ? shift(now, QUARTER - odd) : shift(now, -odd);
  to(snapped(shift(even, minutes), held.dataset.stream));
}

function toSlot() {
  if (spot.open) return;
  const { stream } = spot;
  const gaps = gapsOf(stream ?? held.dataset.stream);
  const now = timeAt(spot, held);
  const next = gaps.find((gap) => gap.dataset.at.slice(0, 16) > now) ?? gaps[0];
  if (next) to({ ...slotSpot(next), stream });
  else say(words("noSlot"));
}

function to(next) {
  spot = next;
  tell();
}

function tell() {
  mark(spot, held.dataset.stream);
  marked()?.scrollIntoView({ block: "nearest", inline: "nearest" });
  const title = titleOf(held);
  const number = chosenWith(held).length;
  if (spot.open) {
    quiet();
    say(words("movingOpen", { title }));
    return;
  }
  const shown = hasHours() && !spot.clock ? { ...spot, clock: timeAt(spot, held).slice(11) } : spot;
  const stream = spot.stream && streamName(spot.stream);
  const sentence = words(nameOf(number), { title, number, stream, day: inWords(shown) });
  say(sentence);
  if (spot.day !== localOf(held).slice(0, 10) || spot.clock || stream) hover(held, spot, (warning) => say(`${sentence} ${warning}`));
  else quiet();
}

function nameOf(number) {
  if (number > 1) return "movingMany";
  if (spot.stream) return "movingRow";
  if (spot.slot) return "movingSlot";
  return hasHours() ? "movingHours" : hasRows() ? "movingStreams" : "moving";
}

function letGo() {
  const was = { link: held, spot, number: chosenWith(held).length };
  quiet();
  mark(null);
  held.classList.remove("is-moving");
  held = null;
  offer(null);
  release();
  return was;
}

function leave() {
  const { link, number } = letGo();
  say(words(number > 1 ? "leftMany" : "left", { title: titleOf(link), number }));
}

function press(event) {
  if (held) {
    pressWhileHeld(event);
    return;
  }
  if (event.key !== "m" || hasModifier(event) || isTyping(event) || document.querySelector("dialog[open]")) return;
  const link = document.activeElement?.closest?.("#plan [data-post]");
  if (!link?.closest("[data-at]")) return;
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
  const key = NAMES[event.key.toLowerCase()] ?? event.key;
  if (key.startsWith("Arrow")) step(key, event.shiftKey);
  else if (key === "s") toSlot();
  else if (key === "Backspace" || key === "Delete") localOf(held) && to(OPEN);
  else if (key === "Escape") leave();
  else if (key === "Enter" || key === "d") {
    const { link, spot: there } = letGo();
    hide();
    putDown(link, there, { copy: key === "d" });
    link.focus();
  }
}

document.addEventListener("keydown", press, { capture: true });
