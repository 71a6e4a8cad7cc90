// Getting about: j k from post to post, h l and arrows from day to day, t today, 1…5 views, [ ] earlier and later.
import { go } from "./plan_go.js";
import { plan } from "./plan_load.js";
import { hasModifier, isTyping } from "./typing.js";

const POSTS = "[data-post]";
const PLACES = "[data-post], a.gap, .dot-mark[href], .day-link, .more > summary, .more-link, .tray-sum";

function press(event) {
  if (event.defaultPrevented || hasModifier(event) || isTyping(event) || document.querySelector("dialog[open]")) return;
  if (act(event.key)) event.preventDefault();
}

function act(key) {
  if (key === "j") return nextPost(1);
  if (key === "k") return nextPost(-1);
  if (key === "h") return nextDay(-1, true);
  if (key === "l") return nextDay(1, true);
  if (key === "t") return follow("[data-go-today]");
  if (key === "[") return follow(".bar-nav [rel=prev]");
  if (key === "]") return follow(".bar-nav [rel=next]");
  if (key === "f") return find();
  if (/^[1-5]$/.test(key)) return follow(`[data-go-view="${key}"]`);
  return arrow(key);
}

/** Arrows scroll as ever, until a day or a post has the focus. */
function arrow(key) {
  if (!here()) return false;
  if (key === "ArrowLeft") return nextDay(-1);
  if (key === "ArrowRight") return nextDay(1);
  if (key === "ArrowUp") return within(-1) || nextDay(-7) || inHead();
  if (key === "ArrowDown") return within(1) || nextDay(7) || inHead();
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
  const today = plan().querySelector(".day-today, .hour-day.now, .list-today");
  return posts.find((post) => today && (today.contains(post) || today.compareDocumentPosition(post) & 4)) ?? posts[0];
}

function within(step) {
  const cell = document.activeElement.closest("[data-day], .tray-list");
  const places = [...cell.querySelectorAll(PLACES)].filter(isSeen);
  const next = places[places.indexOf(document.activeElement) + step];
  return next ? focus(next) : false;
}

function nextDay(days, fromNowhere = false) {
  const cell = document.activeElement?.closest?.("#plan [data-day]");
  if (!cell) return fromNowhere && focus(firstPlace(todayCell()));
  if (plan().dataset.view === "streams" && Math.abs(days) === 7) return nextRow(cell, days / 7);
  if (plan().dataset.view !== "month" && plan().dataset.view !== "week") return nextCell(cell, days);
  const date = new Date(`${cell.dataset.day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return focus(firstPlace(plan().querySelector(`[data-day="${date.toISOString().slice(0, 10)}"]`)));
}

/** Where days without anything hold nothing to focus: go on to the next that does. */
function nextCell(cell, step) {
  const row = cell.closest("[data-stream]") ?? plan();
  const cells = [...row.querySelectorAll("[data-day]")].filter((one) => firstPlace(one));
  return focus(firstPlace(cells[cells.indexOf(cell) + Math.sign(step)]));
}

/** In the row above or below, what stands nearest in time. */
function nextRow(cell, step) {
  let row = cell.closest("section");
  while ((row = step > 0 ? row.nextElementSibling : row.previousElementSibling)) {
    const cells = [...row.querySelectorAll("[data-day]")].filter((one) => firstPlace(one));
    const nearest = cells.find((one) => one.dataset.day >= cell.dataset.day) ?? cells.at(-1);
    if (nearest) return focus(firstPlace(nearest));
  }
  return false;
}

/** Within a week there is nothing above or below a day: the key is not to scroll away from it. */
function inHead() {
  return plan().dataset.view === "week" && document.activeElement.matches(".day-link");
}

function todayCell() {
  return plan().querySelector(".day-today, .hour-day.now, .list-today, li[data-day], [data-day]");
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

function follow(selector) {
  const link = plan().querySelector(selector);
  if (!link) return false;
  const { pathname, search } = new URL(link.href);
  go(pathname + search).then((there) => there || location.assign(link.href));
  return true;
}

/** To where one types what to find: above the list, else in the menu of filters. */
function find() {
  const field = plan().querySelector("#find") ?? plan().querySelector("#filter-q");
  const menu = field?.closest("details");
  if (menu) menu.open = true;
  field?.focus();
  field?.select();
  return Boolean(field);
}

document.addEventListener("keydown", press);
