// Getting about: j k from post to post, h l and arrows from day to day, t today, 1…4 views, [ ] earlier and later.
import { plan } from "./plan_load.js";
import { hasModifier, isTyping } from "./typing.js";

const POSTS = "[data-post]";
const PLACES = "[data-post], a.gap, .day-link, .more > summary, .more-link";

function press(event) {
  if (event.defaultPrevented || hasModifier(event) || isTyping(event) || document.querySelector("dialog[open]")) return;
  if (act(event.key)) event.preventDefault();
}

function act(key) {
  if (key === "j") return nextPost(1);
  if (key === "k") return nextPost(-1);
  if (key === "h") return nextDay(-1, true);
  if (key === "l") return nextDay(1, true);
  if (key === "t") return go("[data-go-today]");
  if (key === "[") return go(".bar-nav [rel=prev]");
  if (key === "]") return go(".bar-nav [rel=next]");
  if (/^[1-4]$/.test(key)) return go(`[data-go-view="${key}"]`);
  return arrow(key);
}

/** Arrows scroll as ever, until a day or a post has the focus. */
function arrow(key) {
  if (!here()) return false;
  if (key === "ArrowLeft") return nextDay(-1);
  if (key === "ArrowRight") return nextDay(1);
  if (key === "ArrowUp") return within(-1) || nextDay(-7);
  if (key === "ArrowDown") return within(1) || nextDay(7);
  return false;
}

function here() {
  const at = document.activeElement;
  return at && plan().contains(at) && at.matches(PLACES) ? at : null;
}

function nextPost(step) {
  const posts = [...plan().querySelectorAll(POSTS)].filter(isSeen);
  if (!posts.length) return false;
  const at = posts.indexOf(document.activeElement);
  if (at < 0) return focus(step > 0 ? firstFrom(posts) : posts.at(-1));
  return focus(posts[Math.min(Math.max(at + step, 0), posts.length - 1)]);
}

/** Without a focus, begin at today where it is shown. */
function firstFrom(posts) {
  const today = plan().querySelector(".day-today, .lane-day.now, .list-today");
  return posts.find((post) => today && (today.contains(post) || today.compareDocumentPosition(post) & 4)) ?? posts[0];
}

function within(step) {
  const cell = document.activeElement.closest("[data-day]");
  const places = [...cell.querySelectorAll(PLACES)].filter(isSeen);
  const next = places[places.indexOf(document.activeElement) + step];
  return next ? focus(next) : false;
}

function nextDay(days, fromNowhere = false) {
  const cell = document.activeElement?.closest?.("#plan [data-day]");
  if (!cell) return fromNowhere && focus(firstPlace(todayCell()));
  if (plan().dataset.view === "list" || plan().dataset.view === "day") return nextCell(cell, days);
  const date = new Date(`${cell.dataset.day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  const wanted = date.toISOString().slice(0, 10);
  const rows = cell.closest(".lane") ?? plan();
  if (cell.closest(".lane") && Math.abs(days) === 7) return nextLane(cell, days / 7);
  return focus(firstPlace(rows.querySelector(`[data-day="${wanted}"]`)));
}

/** In lanes, days without anything hold nothing to focus: go on to the next that does. */
function nextCell(cell, step) {
  const cells = [...plan().querySelectorAll("[data-day]")].filter((one) => firstPlace(one));
  return focus(firstPlace(cells[cells.indexOf(cell) + Math.sign(step)]));
}

function nextLane(cell, step) {
  let lane = cell.closest(".lane");
  while (lane) {
    lane = step > 0 ? lane.nextElementSibling : lane.previousElementSibling;
    const place = lane && (firstPlace(lane.querySelector(`[data-day="${cell.dataset.day}"]`)) ?? firstPlace(lane));
    if (place) return focus(place);
  }
  return false;
}

function todayCell() {
  return plan().querySelector(".day-today, .lane-day.now, .list-today, [data-day]");
}

function firstPlace(cell) {
  if (!cell) return null;
  const places = [...cell.querySelectorAll(PLACES)].filter(isSeen);
  return places.find((place) => place.matches(POSTS)) ?? places[0] ?? null;
}

function isSeen(element) {
  return element.getClientRects().length > 0;
}

function focus(element) {
  if (!element) return false;
  element.focus();
  element.scrollIntoView({ block: "nearest" });
  return true;
}

function go(selector) {
  const link = plan().querySelector(selector);
  if (!link) return false;
  location.assign(link.href);
  return true;
}

document.addEventListener("keydown", press);
