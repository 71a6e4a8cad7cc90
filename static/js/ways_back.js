// What a page has just done is offered to be taken back: as a toast, with z, and in the history (u). The step keeps the
// address that takes it back, whose answer names the one that does it again. Without scripts there is a button.
import { post } from "./asking.js";
import { say } from "./toast.js";
import { carryOut, remember, steps, undo } from "./undo.js";
import { words } from "./words.js";

const SEEN = "sluice-ways-seen";
const SAID = "sluice-said";

/** Keys of ways that were taken in already: a page may be shown again. */
function isNew(key) {
  const seen = JSON.parse(sessionStorage.getItem(SEEN) ?? "[]");
  if (seen.includes(key)) return false;
  sessionStorage.setItem(SEEN, JSON.stringify([...seen, key].slice(-40)));
  return true;
}

/** A step by a door that answers scripts: `back` is the address that takes it back, `fields` what is sent there. */
export function rememberDoor({ sentence, back, fields = {} }, key = "") {
  remember({ kind: "door", sentence, at: Date.now(), key, pages: [location.pathname], back, again: "", fields });
}

function take(form) {
  const { said, key } = form.dataset;
  const path = new URL(form.action).pathname + new URL(form.action).search;
  if (isNew(key)) rememberDoor({ sentence: said, back: path }, key);
  const isLast = () => steps().done.at(-1)?.key === key;
  if (isLast() && form.closest(".flashes")) {
    form.closest(".way-back").remove();
    say(said, { undo });
  }
  form.addEventListener("submit", (event) => {
    if (!isLast()) return;
    event.preventDefault();
    undo();
  });
}

carryOut("door", async (step, direction) => {
  const { ok, status, body } = await post(step[direction], step.fields ?? {});
  if (!ok) {
    say(body.sentence || words(status ? "backRefused" : "backOffline"));
    return false;
  }
  step[direction === "back" ? "again" : "back"] = body.back;
  step.fields = body.fields ?? {};
  // A page that shows what came of it by itself says so.
  if (!document.dispatchEvent(new CustomEvent("door:turned", { detail: body, cancelable: true }))) {
    say(body.sentence);
    return true;
  }
  const next = new URL(body.page, location.origin).pathname;
  const isShown = [...step.pages, next].includes(location.pathname);
  step.pages = [...new Set([...step.pages, next])];
  const plan = document.getElementById("plan");
  if (plan) {
    say(body.sentence);
    document.dispatchEvent(new CustomEvent("plan:look"));
  } else if (isShown) {
    // A page that shows it comes anew, or the next one, and says what became of it.
    sessionStorage.setItem(SAID, body.sentence);
    location.assign(body.page);
  } else {
    say(body.sentence);
  }
  return true;
});

try {
  document.querySelectorAll("form[data-way-back]").forEach(take);
  const said = sessionStorage.getItem(SAID);
  sessionStorage.removeItem(SAID);
  if (said) say(said);
} catch {
  // A browser that keeps nothing leaves the buttons as they are.
}
