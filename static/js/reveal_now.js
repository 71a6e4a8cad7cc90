// Late in a month the month opens with today in view, a week or a day with the hour it is, or where work begins.
// Only on opening: whoever goes back, comes again or has scrolled finds the place they left. The focus stays where it is.
import { plan } from "./plan_load.js";

const BEGINS = "08";

function reveal() {
  const place = placeOf(plan());
  if (!place || scrollY > 0) return;
  const box = place.getBoundingClientRect();
  const below = document.querySelector(".tabs-phone")?.getBoundingClientRect().height ?? 0;
  if (box.bottom <= innerHeight - below) return;
  place.scrollIntoView({ block: box.height < innerHeight / 2 ? "center" : "start", inline: "nearest", behavior: "instant" });
}

/** A day of the month is as high as its week. On narrow screens hours without anything are not there: then the day. */
function placeOf(shown) {
  const places = [".day-today", ".hour-now", ".hour-day.now:not(:has(.hour-now))", ".list-today"];
  const now = places.map((place) => shown.querySelector(place)).find(isSeen);
  if (now) return now;
  if (shown.querySelector(".hour-day.now .hour-now")) return shown.querySelector(".hour-day.now");
  return [...shown.querySelectorAll(".hour")].find((hour) => hour.dataset.hour >= BEGINS && isSeen(hour)) ?? null;
}

function isSeen(element) {
  return Boolean(element?.getClientRects().length);
}

const [entry] = performance.getEntriesByType("navigation");
const opened = entry?.type === "navigate" && !location.hash && !new URL(location.href).searchParams.has("post");
if (opened && plan()) reveal();
// After the page has gone to its top.
document.addEventListener("plan:went", () => queueMicrotask(reveal));
