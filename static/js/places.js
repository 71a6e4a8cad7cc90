// A post's row put into another place of the plan by hand, before the server has answered.
import { plan } from "./plan_load.js";

/**
 * Put the link's row to this time ("2026-12-01T09:30"), by its clock, and into the row of `stream` where there is one;
 * answers how to put it back.
 */
export function place(link, local, stream) {
  const row = link.closest("li");
  if (plan().dataset.view !== "streams") return placeInList(link, row, local);
  return row.closest(".row-marks") ? placeInRow(row, local, stream) : away(row);
}

/** Into the tray of posts without a time, where that is open and shows such rows; else it waits where it is. */
export function lay(link) {
  const row = link.closest("li");
  const tray = plan().querySelector("[data-tray][open] .tray-list");
  if (!tray || !link.matches(".post")) return () => {};
  const home = { list: row.parentElement, next: row.nextElementSibling, at: row.dataset.at };
  row.dataset.at = "";
  put(row, tray, tray.firstElementChild);
  return () => {
    row.dataset.at = home.at;
    put(row, home.list, home.next);
  };
}

/** From a list into a row of marks: the mark comes with the answer. */
function away(row) {
  row.hidden = true;
  return () => {
    row.hidden = false;
  };
}

function placeInList(link, row, local) {
  const home = { list: row.parentElement, next: row.nextElementSibling, at: row.dataset.at };
  const clock = link.querySelector(".num");
  const said = clock?.textContent;
  const target = listOf(local);
  if (target) {
    const later = [...target.children].find((other) => other !== row && (!other.dataset.at || other.dataset.at.slice(11, 16) > local.slice(11)));
    put(row, target, later ?? null);
    target.closest("[data-day]").classList.remove("day-blank", "blank");
    target.classList.remove("blank");
  } else {
    row.hidden = true;
  }
  row.dataset.at = local;
  if (clock) clock.textContent = local.slice(11);
  return () => {
    row.hidden = false;
    row.dataset.at = home.at;
    if (clock) clock.textContent = said;
    put(row, home.list, home.next);
  };
}

/** In the row of a stream its column is its day. */
function placeInRow(row, local, stream) {
  const home = { list: row.parentElement, next: row.nextElementSibling };
  const other = stream && plan().querySelector(`section[data-stream="${CSS.escape(stream)}"] .row-marks`);
  if (other && other !== home.list) put(row, other, null);
  const days = [...row.closest("[data-stream]").querySelectorAll(".row-cells [data-day]")].map((cell) => cell.dataset.day);
  const column = days.indexOf(local.slice(0, 10)) + 1;
  const { className: name, dataset } = row;
  const { at, day } = dataset;
  if (column) row.className = name.replace(/\bat-\d+\b/, `at-${column}`);
  else row.hidden = true;
  dataset.at = local;
  dataset.day = local.slice(0, 10);
  return () => {
    row.hidden = false;
    row.className = name;
    Object.assign(dataset, { at, day });
    if (row.parentElement !== home.list) put(row, home.list, home.next);
  };
}

/** An element that changes its place loses the focus: whoever had it has it again. */
function put(row, list, next) {
  const focused = row.contains(document.activeElement) ? document.activeElement : null;
  list.insertBefore(row, next);
  focused?.focus({ preventScroll: true });
}

function listOf(local) {
  const lists = [...plan().querySelectorAll(`[data-drop="${local.slice(0, 10)}"]`)];
  return lists.find((list) => !list.dataset.hour || list.dataset.hour === local.slice(11, 13)) ?? null;
}
