// Who else has this post open. Said again every ten seconds and when it changes; forgotten by itself.
import { postQuietly } from "./asking.js";
import "./live.js";

const EVERY = 10_000;
const WRITES = 15_000;
const LEAVES = 5000;
let open = "";
let place = null;
let typedAt = -Infinity;
let said = "";
let timer = 0;
let saying = Promise.resolve();
let leavingUntil = 0;

/** From now on this page has the post open, and says in `element` who else has. Without a post: none any more. */
export function attend(id, element) {
  if (open && open !== id) leave();
  open = id ?? "";
  place = element;
  said = "";
  if (open) say();
}

/** Called at every key. */
export function writes() {
  typedAt = performance.now();
  if (open && said !== "writing") say();
}

async function say() {
  clearTimeout(timer);
  if (!open || document.hidden) return;
  if (performance.now() < leavingUntil) {
    timer = setTimeout(say, LEAVES);
    return;
  }
  const id = open;
  said = performance.now() - typedAt < WRITES ? "writing" : "reading";
  const asked = postQuietly(`/posts/${id}/presence`, { doing: said });
  saying = asked;
  const answer = await asked;
  if (id !== open) return;
  if (answer.ok) show(answer.body.sentence);
  clearTimeout(timer);
  // Who has thrown it away, or may no longer see it, need not say where they are.
  if (answer.status !== 404) timer = setTimeout(say, EVERY);
}

function show(sentence) {
  if (place && place.textContent !== sentence) place.textContent = sentence;
}

function leave() {
  clearTimeout(timer);
  const id = open;
  // What is still on its way says that one is here: it must not arrive last.
  if (id) saying.then(() => postQuietly(`/posts/${id}/presence`, { doing: "gone" }, { keepalive: true }));
}

/** A page that ends waits for nothing. */
function end() {
  clearTimeout(timer);
  if (open) postQuietly(`/posts/${open}/presence`, { doing: "gone" }, { keepalive: true });
}

document.addEventListener("live:changes", ({ detail }) => {
  if (detail.changes.some((one) => one.post === open && one.kind === "here")) say();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) leave();
  else say();
});
// What was sent may throw the post away: until the next page comes there may be nothing left to be at.
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) leavingUntil = performance.now() + LEAVES;
});
addEventListener("pagehide", end);
