// Choosing many posts of a list: by click, with Shift from one to another, `x` on the row that has the focus; and one
// step for all of them. What is chosen stays chosen while the list comes anew.
import { post } from "./asking.js";
import { loadPlan, plan } from "./plan_load.js";
import { say } from "./toast.js";
import { hasModifier, isTyping } from "./typing.js";
import { carryOut, remember, undo } from "./undo.js";
import { words } from "./words.js";

const chosen = new Set();
let last = null;

function boxes() {
  return [...plan().querySelectorAll("[data-choose]")];
}

function choose(box, on) {
  box.checked = on;
  if (on) chosen.add(box.value);
  else chosen.delete(box.value);
}

function show() {
  for (const box of boxes()) box.checked = chosen.has(box.value);
  count();
}

function count() {
  const shown = boxes().filter((box) => box.checked);
  const text = plan().querySelector("[data-chosen]");
  if (text) text.textContent = words(shown.length === 1 ? "chosenOne" : "chosen", { number: shown.length });
}

async function take(step) {
  const answer = await post("/calendar/many", step);
  say(answer.body.sentence ?? words("unreachable"), answer.body.undo ? { undo } : {});
  if (answer.body.posts?.length) await loadPlan();
  return answer;
}

async function submit(event) {
  const form = event.target.closest?.("[data-many]");
  if (!form) return;
  event.preventDefault();
  const posts = boxes().filter((box) => box.checked).map((box) => box.value);
  const act = event.submitter?.value;
  const days = Number(form.elements.days.value);
  const answer = await take({ act, posts, days });
  if (!answer.ok) return;
  for (const id of answer.body.posts ?? []) chosen.delete(id);
  if (answer.body.undo) remember({ kind: "many", back: answer.body.undo, again: { act, posts: answer.body.posts, days } });
  show();
}

carryOut("many", async (step, direction) => {
  const { body } = await take(step[direction]);
  return Boolean(body.posts?.length);
});

document.addEventListener("submit", submit);
document.addEventListener("click", (event) => {
  const box = event.target.closest?.("[data-choose]");
  if (box) {
    const all = boxes();
    const from = event.shiftKey && last ? all.findIndex((one) => one.value === last) : -1;
    const to = all.indexOf(box);
    const row = from < 0 ? [box] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
    for (const one of row) choose(one, box.checked);
    last = box.value;
    count();
  } else if (event.target.closest?.("[data-choose-all]")) {
    for (const one of boxes()) choose(one, true);
    count();
  } else if (event.target.closest?.("[data-choose-none]")) {
    for (const one of boxes()) choose(one, false);
    count();
    plan().querySelector("[data-post]")?.focus();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "x" || hasModifier(event) || isTyping(event) || document.querySelector("dialog[open]")) return;
  const box = document.activeElement?.closest?.(".row-line-item")?.querySelector("[data-choose]");
  if (!box) return;
  event.preventDefault();
  choose(box, !box.checked);
  last = box.value;
  count();
});
document.addEventListener("plan:loaded", show);
show();
