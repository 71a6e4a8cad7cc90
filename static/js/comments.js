// Comments without leaving the post: each form is sent by itself, and a fresh panel flows into the one that is shown.
import { hear } from "./comments_live.js";
import { attachMentions } from "./comments_mentions.js";
import { attachPassages, dropPassage } from "./comments_passages.js";
import { merge } from "./comments_merge.js";
import { signInAgain } from "./session_end.js";
import { say } from "./toast.js";
import { undo } from "./undo.js";
import { rememberDoor } from "./ways_back.js";

const panel = document.querySelector("[data-talk]");
const status = document.querySelector("[data-talk-said]");

async function submit(event) {
  const form = event.target.closest("[data-talk-form]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.sending !== undefined) return;
  form.dataset.sending = "";
  await send(form);
  delete form.dataset.sending;
}

async function send(form) {
  let answer = { status: 0, body: {} };
  try {
    const response = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
    answer = { status: response.status, body: await response.json() };
  } catch {
    return fail(form, panel.dataset.trouble);
  }
  if (answer.status === 401) {
    if (await signInAgain(answer.body)) return send(form);
    return fail(form, panel.dataset.trouble);
  }
  if (!answer.body.html) return fail(form, answer.body.error ?? panel.dataset.trouble);
  if (form.querySelector("[data-passage]")) dropPassage(panel);
  // It is done with: what comes from the server takes its place.
  form.reset();
  form.closest("details")?.removeAttribute("open");
  if (form.contains(document.activeElement)) document.activeElement.blur();
  exchange(answer.body.html);
  rememberDoor(answer.body);
  say(answer.body.sentence, { undo });
  (document.getElementById(`comment-${answer.body.comment}`) ?? panel.querySelector("#comments")).focus({ preventScroll: false });
}

function fail(form, sentence) {
  const place = form.querySelector("[data-talk-error]");
  if (!place) {
    status.textContent = sentence;
    return;
  }
  place.textContent = sentence;
  place.hidden = false;
  form.querySelector("textarea")?.focus();
}

/** The fresh panel; what is half written in it stays. */
function exchange(html) {
  const changed = merge(panel, html);
  attachPassages(panel);
  const open = panel.querySelector(".talk-head .count");
  document.querySelector(".talk-open .count")?.remove();
  if (open) document.querySelector(".talk-open")?.append(" ", Object.assign(document.createElement("span"), { className: "count num", textContent: open.firstChild.data }));
  return changed;
}

/** Of others: what is new is marked, and told without taking anybody away from where they are. */
function tell({ html, sentence }) {
  const last = Number(panel.querySelector("[data-last]").dataset.last);
  if (!exchange(html)) return;
  for (const one of panel.querySelectorAll(".said")) if (Number(one.id.replace("comment-", "")) > last) one.dataset.fresh = "";
  status.textContent = "";
  // Emptied first: the same sentence once more is news as well.
  setTimeout(() => (status.textContent = sentence || panel.dataset.sent), 50);
}

/** A step with comments was taken back or done again, by the toast, a key or the history. */
function turned(event) {
  if (event.detail.post !== panel.dataset.post || !event.detail.html) return;
  event.preventDefault();
  exchange(event.detail.html);
}

if (panel) {
  document.addEventListener("door:turned", turned);
  panel.addEventListener("submit", submit);
  attachMentions(panel);
  attachPassages(panel);
  hear(panel, tell);
}
