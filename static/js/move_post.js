// A post moves at once on the screen; if the server refuses, it goes back with a sentence that says why.
import { post } from "./asking.js";
import { loadPlan, plan } from "./plan_load.js";
import { say } from "./toast.js";
import { amend, carryOut, remember, undo } from "./undo.js";
import { words } from "./words.js";

/** Move the post of this link to a day (2026-12-01); answers whether it stays there. */
export async function movePost(link, day) {
  const from = link.closest("[data-day]")?.dataset.day;
  if (from === day) return false;
  const back = place(link, day);
  link.classList.add("is-waiting");
  const answer = await send(link.dataset.post, day, Number(link.dataset.version));
  link.classList.remove("is-waiting");
  if (!answer.ok) {
    back();
    refuse(answer, link);
    return false;
  }
  link.dataset.version = answer.body.version;
  remember({ kind: "move", id: link.dataset.post, title: titleOf(link), from: answer.body.undo.date, to: day, version: answer.body.version });
  say(answer.body.sentence, { undo });
  await loadPlan();
  return true;
}

/** Move a post that may not be on the page (from the panel beside the plan). */
export async function moveById(id, title, day, version) {
  const link = linkOf(id);
  if (link) return movePost(link, day);
  const answer = await send(id, day, version);
  if (!answer.ok) {
    refuse(answer, null, title);
    return false;
  }
  remember({ kind: "move", id, title, from: answer.body.undo.date, to: day, version: answer.body.version });
  say(answer.body.sentence, { undo });
  await loadPlan();
  return true;
}

export function titleOf(link) {
  return link.querySelector(".post-title")?.textContent ?? words("untitled");
}

async function send(id, day, version) {
  const answer = await post(`/posts/${id}/move`, { date: day, version });
  if (answer.ok) {
    amend((step) => {
      if (step.id === id && step.version === version) step.version = answer.body.version;
    });
    document.dispatchEvent(new CustomEvent("post:moved", { detail: { id, version: answer.body.version } }));
  }
  return answer;
}

carryOut("move", async (step, direction) => {
  const link = linkOf(step.id);
  const day = direction === "back" ? step.from : step.to;
  const back = link ? place(link, day) : () => {};
  const answer = await send(step.id, day, step.version);
  if (!answer.ok) {
    back();
    refuse(answer, link, step.title);
    return false;
  }
  say(answer.body.sentence);
  await loadPlan();
  return true;
});

function linkOf(id) {
  return plan().querySelector(`[data-post="${CSS.escape(id)}"]`);
}

/** Put the link's row into another day, by its clock; answers how to put it back. */
function place(link, day) {
  const row = link.closest("li");
  const home = { list: row.parentElement, next: row.nextElementSibling };
  const target = listOf(link, day);
  if (target) {
    const clock = (row.dataset.at ?? "").slice(11);
    const later = [...target.children].find((other) => (other.dataset.at ?? "~").slice(11) > clock || !other.dataset.at);
    put(row, target, later ?? null);
    target.closest("[data-day]").classList.remove("day-blank", "blank");
  } else {
    row.hidden = true;
  }
  return () => {
    row.hidden = false;
    put(row, home.list, home.next);
  };
}

/** An element that changes its place loses the focus: whoever had it has it again. */
function put(row, list, next) {
  const focused = row.contains(document.activeElement) ? document.activeElement : null;
  list.insertBefore(row, next);
  focused?.focus({ preventScroll: true });
}

function listOf(link, day) {
  const hour = link.closest("[data-hour]")?.dataset.hour;
  const atHour = hour ? `[data-hour="${hour}"]` : "";
  return plan().querySelector(`[data-drop="${day}"]${atHour}`);
}

function refuse(answer, link, title = link ? titleOf(link) : "") {
  const reason = answer.body.sentence ?? answer.body.error;
  say(reason || words(answer.status ? "refused" : "offline", { title }));
  // Somebody else changed it: show how it stands now.
  if (answer.status === 409) loadPlan();
}
