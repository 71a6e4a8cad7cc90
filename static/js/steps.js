// A step: something done to one post or to many. At once on the screen; what the server refuses goes back and is named.
import { post } from "./asking.js";
import { loadPlan, plan } from "./plan_load.js";
import { lay, place } from "./places.js";
import { say } from "./toast.js";
import { amend, carryOut, remember, undo } from "./undo.js";
import { words } from "./words.js";

/** Carry out acts ({do, id, version, at | date | days, to, of, local}); `local` is where a moved post is shown meanwhile. */
export async function take(acts, { title = "" } = {}) {
  const answer = await carry(acts, title);
  if (!answer) return null;
  const back = backOf(answer);
  remember({ kind: "step", sentence: answer.sentence, at: Date.now(), title, back, again: [] });
  say(answer.sentence, { undo: back.length ? undo : null });
  await loadPlan();
  return answer;
}

carryOut("step", async (step, direction) => {
  const acts = direction === "back" ? step.back : step.again;
  if (!acts.length) {
    say(words("noWayBack", { sentence: step.sentence }));
    return false;
  }
  const answer = await carry(acts, step.title);
  if (!answer) return false;
  step[direction === "back" ? "again" : "back"] = backOf(answer);
  say(answer.sentence);
  await loadPlan();
  return true;
});

/** The answer, with the place of each post before; null where nothing was done. */
async function carry(acts, title) {
  const before = new Map(acts.map((act) => [act.id, linkOf(act.id)?.closest("[data-at]")?.dataset.at.slice(0, 16)]));
  const backs = new Map(acts.map((act) => [act.id, show(act)]));
  const { ok, status, body } = await post("/posts/steps", { acts });
  const done = body.done ?? [];
  const did = new Map(done.map((one) => [one.of, one]));
  for (const [id, back] of backs) back(did.has(id));
  for (const act of acts) if (did.has(act.id)) know(act, did.get(act.id));
  if (ok && done.length) return { ...body, before };
  say(body.sentence || body.error || words(reason(status, acts), { title }));
  // Somebody else has changed something: show how it stands now.
  if (status === 409 || status === 404) loadPlan();
  return null;
}

function reason(status, acts) {
  return (status ? "refused" : "offline") + (acts.length > 1 ? "Many" : "");
}

function backOf({ done, before }) {
  return done.filter((one) => one.back).map((one) => ({ ...one.back, local: before.get(one.of) }));
}

/** Every step that knew the post as it was knows it as it is. */
function know({ do: name, ...act }, { id, version }) {
  if (id !== act.id) return;
  amend((step) => {
    for (const one of [...(step.back ?? []), ...(step.again ?? [])]) {
      if (one.id === id && one.version === act.version) one.version = version;
    }
  });
  const link = linkOf(id);
  if (link) link.dataset.version = version;
  document.dispatchEvent(new CustomEvent("post:moved", { detail: { id, version, gone: name === "remove" } }));
}

/** On the screen before the server has answered; answers what to do when it has. */
function show(act) {
  const link = linkOf(act.id);
  if (!link) return () => {};
  const home = goesTo(act) ? place(link, act.local, act.to ?? act.streams?.[0]) : act.do === "open" ? lay(link) : act.do === "remove" ? hide(link) : () => {};
  link.classList.add("is-waiting");
  return (stays) => {
    link.classList.remove("is-waiting");
    if (!stays) home();
  };
}

function goesTo({ do: name, local }) {
  return (name === "move" || name === "stream") && local;
}

function hide(link) {
  const row = link.closest("li");
  row.hidden = true;
  return () => {
    row.hidden = false;
  };
}

export function linkOf(id) {
  return plan().querySelector(`[data-post="${CSS.escape(id)}"]`);
}
