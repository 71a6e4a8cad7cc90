// What another changes shows by itself on the plan that is open: only the parts that differ come, and a post that
// has become something else is said.
import "./live.js";
import { isHeld, loadPlan, plan } from "./plan_load.js";
import { stateWord, words } from "./words.js";

const GATHER = 150;
const LATER = 1000;
const DAY = 86_400_000;
const live = document.querySelector("[data-live]");
let timer = 0;
let looking = false;
let again = false;

document.addEventListener("live:changes", ({ detail }) => {
  if (detail.lost || detail.changes.some(isHere)) lookSoon(GATHER);
});

/** Whether it is a stream, or a post that the plan shows, or one of its days (whatever zone they are counted in). */
function isHere({ post, kind, at }) {
  if (kind === "stream") return true;
  if (kind !== "post") return false;
  if (plan().querySelector(`[data-post="${CSS.escape(post)}"]`)) return true;
  const from = Date.parse(plan().dataset.from) - DAY;
  const to = Date.parse(plan().dataset.to) + DAY;
  return at.some((time) => Date.parse(time) >= from && Date.parse(time) < to) || !at.length;
}

// What was taken back from here, or done again.
document.addEventListener("plan:look", () => lookSoon(0));

function lookSoon(wait) {
  clearTimeout(timer);
  timer = setTimeout(look, wait);
}

async function look() {
  if (isBusy() || looking) {
    again = true;
    lookSoon(LATER);
    return;
  }
  looking = true;
  again = false;
  const before = states();
  if (await loadPlan()) tell(before);
  looking = false;
  if (again) lookSoon(GATHER);
}

function states() {
  return new Map([...plan().querySelectorAll("[data-post]")].map((link) => [link.dataset.post, link.dataset.state]));
}

function tell(before) {
  if (!live) return;
  for (const [id, state] of states()) {
    if (!before.has(id) || before.get(id) === state) continue;
    const title = plan().querySelector(`[data-post="${CSS.escape(id)}"] .post-title`)?.textContent || words("untitled");
    live.textContent = words("became", { title, state: stateWord(state === "review" ? "in_review" : state) });
  }
}

/** A menu that is open, or a form that is being filled in, is not pulled away. */
function isBusy() {
  return isHeld() || Boolean(document.querySelector("#plan details.filter[open], #rail-views details[open]"));
}
