// Posts without a time: the tray stays as open as it was left, on the next page too, and shows more when asked for.
// What waits for a person stays as it was left as well.
import { getText } from "./asking.js";
import { plan } from "./plan_load.js";
import { say } from "./toast.js";
import { words } from "./words.js";

const YEAR = 31_536_000;
let seen = 0;

/** In a cookie of the calendar alone: the server draws it as it will stay, and nothing moves. */
function remember(name, open) {
  document.cookie = `${name}=${open ? "open" : "closed"}; path=/calendar; max-age=${YEAR}; samesite=lax`;
}

function list() {
  return plan().querySelector(".tray-list");
}

function number() {
  return list()?.querySelectorAll("[data-post]").length ?? 0;
}

/** The next portion in the place of the link that asked for it. Answers whether it came. */
async function fill(link) {
  const filters = plan().dataset.here.split("?")[1] ?? "";
  const text = await getText(`/calendar/tray?${filters}&skip=${link.dataset.trayMore}`);
  if (text === null || !link.isConnected) return false;
  const row = link.closest("li");
  const fresh = new DOMParser().parseFromString(`<ul>${text}`, "text/html").querySelectorAll("ul > li");
  // What has moved up meanwhile is here already.
  const rows = [...fresh].filter((one) => !list().querySelector(`[data-post="${CSS.escape(one.querySelector("[data-post]")?.dataset.post ?? "")}"]`));
  const focused = link === document.activeElement;
  row.replaceWith(...rows);
  seen = number();
  if (focused) (rows[0]?.querySelector("a") ?? list().querySelector("[data-post]"))?.focus();
  document.dispatchEvent(new CustomEvent("plan:more"));
  return true;
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("[data-tray-more]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await fill(link))) say(words("unreachable"));
}, { capture: true });

// At the press already: the browser tells of the toggle later, when the page may be gone or the plan asked for anew.
document.addEventListener("click", ({ target }) => {
  const line = target.closest?.("[data-tray] > summary, [data-needs] > summary")?.parentElement;
  if (line) remember(line.dataset.kept, !line.open);
});
document.addEventListener("toggle", ({ target }) => target.matches?.("[data-tray], [data-needs]") && remember(target.dataset.kept, target.open), { capture: true });

// The plan came anew with the first portion: what was shown before comes again.
document.addEventListener("plan:loaded", async () => {
  const wanted = seen;
  let link = list()?.querySelector("[data-tray-more]");
  while (link && number() < wanted && (await fill(link))) link = list()?.querySelector("[data-tray-more]");
});
document.addEventListener("plan:went", () => {
  seen = 0;
});
