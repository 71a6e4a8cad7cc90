// `n` writes a new post, where a message offers the next one that one; `g c`, `g s`, `g a`, `g t` go to the calendar, streams, accounts, team. Only to pages that exist.
import { hasModifier, isTyping } from "./typing.js";

const GOES = { c: "/calendar", s: "/streams", a: "/accounts", t: "/team" };
let waiting = 0;

function isThere(path) {
  return Boolean(document.querySelector(`.rail a[href="${path}"], .tabs-phone a[href="${path}"]`));
}

function press(event) {
  if (event.defaultPrevented || hasModifier(event) || isTyping(event) || document.querySelector("dialog[open]")) return;
  const second = Date.now() < waiting;
  waiting = 0;
  if (second && GOES[event.key]) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isThere(GOES[event.key])) location.assign(GOES[event.key]);
  } else if (event.key === "g") {
    waiting = Date.now() + 1200;
  } else if (event.key === "n" && isThere("/posts/new")) {
    event.preventDefault();
    location.assign(document.querySelector("[data-next], [data-new]")?.getAttribute("href") ?? "/posts/new");
  }
}

// First in line, so that the second key of `g t` is not taken for "today".
document.addEventListener("keydown", press, { capture: true });
