// Where on the plan a post can be put down: on a day, where hours are shown at a time of it, or in a promised slot.
import { plan } from "./plan_load.js";

const QUARTER = 15;
const LONG = { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" };
let shown = [];

/** Above the plan: who is put down there loses the time. */
export const OPEN = { day: null, clock: null, slot: null, open: true };

/** When the calendar shows this post: "2026-12-01T09:30"; empty where it has no time. */
export function localOf(link) {
  return link.closest("[data-at]").dataset.at.slice(0, 16);
}

/** Whether each stream has a row of its own. */
export function hasRows() {
  return plan().dataset.view === "streams";
}

export function hasHours() {
  return plan().dataset.view === "week" || plan().dataset.view === "day";
}

/**
 * The spot under a point, for a post of this stream; null outside of all days. Without a `clock` the post keeps its
 * own. In rows of streams `stream` is that of the row where it is another one.
 */
export function spotAt(x, y, stream) {
  const under = document.elementFromPoint(x, y);
  if (under?.closest("#plan [data-tray-drop]")) return OPEN;
  const row = hasRows() && under?.closest("#plan section[data-stream]")?.dataset.stream;
  if (row && row !== stream) {
    const spot = spotOf(under, y, row);
    return spot && { ...spot, stream: row };
  }
  return spotOf(under, y, stream);
}

function spotOf(under, y, stream) {
  const cell = under?.closest("#plan [data-day]");
  if (!cell) return null;
  const gap = under.closest("[data-slot]");
  if (gap?.dataset.stream === stream) return slotSpot(gap);
  const hour = under.closest("[data-hour]");
  if (!hour) return { day: cell.dataset.day, clock: null, slot: null };
  const box = hour.getBoundingClientRect();
  const quarter = Math.min(3, Math.max(0, Math.floor(((y - box.top) / box.height) * 4)));
  return snapped(`${cell.dataset.day}T${hour.dataset.hour}:${String(quarter * QUARTER).padStart(2, "0")}`, stream);
}

/** The spot of a time; where the stream has promised something within that quarter, exactly that. */
export function snapped(local, stream) {
  const end = shift(local, QUARTER);
  const gap = gapsOf(stream).find((one) => one.dataset.at.slice(0, 16) >= local && one.dataset.at.slice(0, 16) < end);
  return gap ? slotSpot(gap) : { day: local.slice(0, 10), clock: local.slice(11), slot: null };
}

export function slotSpot(gap) {
  const local = gap.dataset.at.slice(0, 16);
  return { day: local.slice(0, 10), clock: local.slice(11), slot: gap.dataset.slot };
}

/** What the stream has promised on the plan that is shown, by time. */
export function gapsOf(stream) {
  const gaps = [...plan().querySelectorAll("[data-slot]")].filter((gap) => gap.dataset.stream === stream);
  return gaps.sort((one, other) => (one.dataset.at < other.dataset.at ? -1 : 1));
}

/** What the row of a stream is called. */
export function streamName(stream) {
  return plan().querySelector(`section[data-stream="${CSS.escape(stream)}"] h2`)?.textContent.trim() ?? stream;
}

/** The time that a post gets there; without a clock where the server is to choose one. */
export function timeAt(spot, link) {
  return `${spot.day}T${spot.clock ?? localOf(link).slice(11)}`;
}

/** The spot as the server understands it. */
export function whereOf(spot, stream) {
  return { ...timeOf(spot), ...(spot.stream ? { to: spot.stream, of: stream } : {}) };
}

function timeOf(spot) {
  if (spot.slot) return { at: spot.slot };
  return spot.clock ? { at: `${spot.day}T${spot.clock}` } : { date: spot.day };
}

/** A wall clock some minutes later, or days, which have 1440 of them on a wall. */
export function shift(local, minutes) {
  const date = new Date(`${local}:00Z`);
  date.setUTCMinutes(date.getUTCMinutes() + minutes);
  return date.toISOString().slice(0, 16);
}

export function minutesBetween(from, to) {
  return (Date.parse(`${to}:00Z`) - Date.parse(`${from}:00Z`)) / 60_000;
}

/** A spot in words: “Tuesday 27 October, 10:15”. */
export function inWords(spot) {
  const lang = document.documentElement.lang || "en";
  const day = new Date(`${spot.day}T12:00:00Z`).toLocaleDateString(lang === "en" ? "en-GB" : lang, LONG);
  return spot.clock ? `${day}, ${spot.clock}` : day;
}

/** Show where a post would come to stand; null shows nothing any more. In rows of streams, in the row of its own. */
export function mark(spot, stream) {
  for (const element of shown) element.classList.remove("is-over", "is-aim", "is-snap", "is-target");
  shown = [];
  if (!spot) return;
  if (spot.open) {
    for (const element of plan().querySelectorAll("[data-tray-drop]")) add(element, "is-over");
    return;
  }
  const name = spot.stream ?? stream;
  const row = hasRows() ? `section[data-stream="${CSS.escape(name)}"] .row-cells ` : "";
  if (spot.stream) add(plan().querySelector(`section[data-stream="${CSS.escape(name)}"] .row-line`), "is-target");
  const cell = plan().querySelector(`${row}[data-day="${spot.day}"]`);
  add(cell, "is-over");
  if (!spot.clock) return;
  const hour = cell?.querySelector(`[data-hour="${spot.clock.slice(0, 2)}"]`);
  hour?.style.setProperty("--aim", `${(Number(spot.clock.slice(3)) / 60) * 100}%`);
  add(hour, "is-aim");
  if (spot.slot) add(gapsOf(name).find((gap) => gap.dataset.slot === spot.slot), "is-snap");
}

function add(element, name) {
  if (!element) return;
  element.classList.add(name);
  shown.push(element);
}

/** What was marked last, to be scrolled to. */
export function marked() {
  return shown.find((one) => one.matches(".is-snap, .row-cells .is-over")) ?? shown.find((one) => one.matches(".is-aim")) ?? shown[0] ?? null;
}

/** While posts of a stream move, the slots that the stream has promised stand out. `timed`: there is a time to lose. */
export function offer(stream, timed = false) {
  plan().classList.toggle("dragging", stream !== null);
  plan().classList.toggle("has-time", timed);
  for (const gap of plan().querySelectorAll("[data-slot]")) gap.classList.toggle("is-offered", gap.dataset.stream === stream);
}
