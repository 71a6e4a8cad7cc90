// Comments without leaving the post: each form is sent by itself, and the panel is exchanged for a fresh one.
import { attachMentions } from "./comments_mentions.js";
import { attachPassages, dropPassage } from "./comments_passages.js";
import { signInAgain } from "./session_end.js";

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
  if ("keeps" in form.dataset) form.reset();
  exchange(answer.body.html);
  status.textContent = panel.dataset.sent;
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
  const written = new Map([...panel.querySelectorAll("textarea")].filter((one) => one.value !== one.defaultValue).map((one) => [one.id, one.value]));
  const open = [...panel.querySelectorAll("details[open] textarea")].map((one) => one.id);
  panel.innerHTML = html;
  for (const [id, value] of written) {
    const field = document.getElementById(id);
    if (field) field.value = value;
  }
  for (const id of open) if (written.has(id)) document.getElementById(id)?.closest("details")?.setAttribute("open", "");
  attachPassages(panel);
}

async function lookAgain() {
  if (document.hidden || panel.contains(document.activeElement)) return;
  try {
    const response = await fetch(panel.dataset.talk, { headers: { Accept: "text/html" } });
    const html = await response.text();
    if (response.ok && !response.redirected) exchange(html);
  } catch {
    // Without a connection the comments stay as they were.
  }
}

if (panel) {
  panel.addEventListener("submit", submit);
  attachMentions(panel);
  attachPassages(panel);
  document.addEventListener("visibilitychange", lookAgain);
}
