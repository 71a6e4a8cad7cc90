// A click on the empty part of a day begins a post there; the day's own button does the same for the keyboard.
import { plan } from "./plan_load.js";

document.addEventListener("click", (event) => {
  const cell = event.target.closest?.("#plan .day");
  if (!cell || event.defaultPrevented || getSelection()?.toString()) return;
  if (event.target !== cell && !event.target.matches(".posts, .day-head")) return;
  const add = cell.querySelector(".add");
  if (add && !plan().querySelector("details[open]")) location.assign(add.href);
});

// `n` begins a post on the day that has the focus.
document.addEventListener("focusin", (event) => {
  const button = document.querySelector("[data-new]");
  const day = event.target.closest?.("#plan [data-day]")?.dataset.day;
  if (button) button.setAttribute("href", day ? `/posts/new?date=${day}` : "/posts/new");
});
