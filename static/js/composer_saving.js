// The composer saves itself: within a second of the last key, on leaving, and as soon as the site can be reached again.
// What the server does not have yet is kept in this browser.
import { channelOf } from "./composer_other_tab.js";
import * as problems from "./composer_problems.js";
import { bringBack } from "./composer_restoring.js";
import { send } from "./composer_sending.js";
import { choose } from "./composer_stale.js";
import { begin, draftKey, forget, hasLanded, isBorn, isOnItsWay, isUnsaved, keep, keepSoon, startAnew, state, unsaved, wasSent } from "./composer_state.js";
import { clock, say, sayWithButton } from "./composer_status.js";
import { PLAN, collect, differing, fill } from "./composer_values.js";
import { signInAgain } from "./session_end.js";
import { words } from "./words.js";

const AFTER_LAST_KEY = 700;
const AT_LEAST_EVERY = 4000;
const AGAIN_AFTER = [2000, 4000, 8000, 15000, 30000];
// Whoever is still there after this has only opened something else, a mail say.
const STILL_HERE = 3000;
const REFUSALS = [403, 409, 413, 422];

let channel = null;
let timer = 0;
let unsavedSince = 0;
let failures = 0;
let running = null;
// What the server would not take, or took in another spelling, is not sent over and over.
let lastSent = "";
// A person is being asked something: nothing is sent until they have answered.
let asking = false;
let signingInPutOff = false;
let left = false;
// The next page may be made before what is saved now has landed, or after.
let isLeaving = false;
const onSaved = [];

export function start(form) {
  begin(form);
  standAtOwnAddress();
  if (state.uuid) listen();
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  bringBack((mine) => settle(() => stale(mine, { theirs: state.standing, version: state.version, state: form.dataset.state })));
  // Typed before this script was there.
  if (isUnsaved()) form.dispatchEvent(new Event("input", { bubbles: true }));
  // The page that follows may already have read what was kept when this one is told that it is hidden.
  addEventListener("beforeunload", leave);
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => (document.hidden ? hurry() : isUnsaved() && touched()));
  addEventListener("online", () => save());
  addEventListener("pageshow", (event) => event.persisted && stay());
}

/** A form that was refused comes back at the address of its step, which nobody can open. */
function standAtOwnAddress() {
  const own = state.uuid ? `/posts/${state.uuid}/edit` : "/posts/new";
  if (location.pathname !== own) history.replaceState(null, "", own);
}

/** Called after each save that was taken. */
export function afterSaving(act) {
  onSaved.push(act);
}

/** True when everything on the page is on the server; else the page has said why not. */
export async function flush() {
  isLeaving = false;
  if (!state.uuid && !isUnsaved()) return true;
  for (let turn = 0; turn < 3; turn += 1) {
    if (!(await save({ always: true })) || Object.keys(problems.current()).length) return false;
    if (!isUnsaved()) return true;
  }
  return false;
}

/** The post went on by itself (it was sent, say). Without text of our own we simply follow. */
export function follow(version, newState) {
  state.form.dataset.state = newState;
  state.form.dataset.saves = newState === "published" ? "press" : "itself";
  if (!isUnsaved() && !running) state.version = version;
}

/** Nothing on this page is worth keeping any more. */
export function giveUp() {
  left = true;
  clearTimeout(timer);
  forget();
}

/** A change of what went out reaches readers at once: it is for a person to say when. */
function savesByPress() {
  return state.form.dataset.saves === "press";
}

function touched() {
  isLeaving = false;
  if (!isUnsaved()) return;
  keepSoon();
  if (savesByPress()) {
    say(words("unsaved"));
    return;
  }
  unsavedSince ||= Date.now();
  const wait = state.uuid ? Math.min(AFTER_LAST_KEY, Math.max(0, unsavedSince + AT_LEAST_EVERY - Date.now())) : 0;
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

/** One save at a time; true when the server has taken all that it could. What went out waits for a press (`always`). */
async function save({ always = false } = {}) {
  while (running) await running;
  if (asking || left) return false;
  if (!always && (savesByPress() || !isUnsaved())) return true;
  return settle(saveNow);
}

async function settle(act) {
  running = act();
  const done = await running;
  running = null;
  const news = done && isUnsaved() && JSON.stringify(unsaved()) !== lastSent;
  if (news && !savesByPress() && !Object.keys(problems.current()).length) touched();
  return done;
}

async function saveNow() {
  const values = collect(state.form);
  const changes = state.uuid ? differing(values, state.standing) : values;
  clearTimeout(timer);
  unsavedSince = 0;
  isOnItsWay(changes);
  lastSent = JSON.stringify(changes);
  keep();
  say(words("saving"), { quietly: true });
  const answer = state.uuid
    ? await send(`/posts/${state.uuid}/draft`, { version: state.version, ...changes })
    : await send("/posts", { draft_key: draftKey(), ...changes });
  return answer.ok && answer.body.ok ? taken(changes, answer) : refused(values, answer);
}

function taken(changes, { status, body }) {
  const was = state.version;
  const isNew = !state.uuid;
  // The next page sends it again by the same key, and hears that it is there.
  if (isNew && isLeaving) return true;
  if (isNew) {
    isBorn(body.uuid);
    state.standing = body.values;
    listen();
  }
  // An earlier try of this page had made the draft already: what was sent now still waits.
  const accepted = isNew && status === 200 ? {} : without(changes, body.problems);
  Object.assign(state, { standing: { ...state.standing, ...accepted }, version: body.version, sent: [] });
  failures = 0;
  signingInPutOff = false;
  problems.show(body.problems);
  if (isLeaving && !isUnsaved()) hasLanded();
  else keep();
  const troubled = Object.keys(body.problems).length > 0;
  say(words(troubled ? "partly" : "saved", { time: clock(body.saved_at) }), { bad: troubled });
  if (Object.keys(accepted).length) channel.tell({ kind: "saved", was, version: body.version, values: accepted });
  for (const act of onSaved) act();
  return true;
}

function without(changes, refusedFields) {
  const names = new Set(Object.keys(refusedFields).filter((field) => !/^(variants|translations)\./.test(field)).map((field) => field.split(".")[0]));
  if (PLAN.some((field) => names.has(field))) for (const field of PLAN) names.add(field);
  const kept = Object.fromEntries(Object.entries(changes).filter(([field]) => !names.has(field)));
  if (kept.variants) {
    const fitting = Object.entries(kept.variants).filter(([id]) => !(`variants.${id}` in refusedFields));
    kept.variants = { ...state.standing.variants, ...Object.fromEntries(fitting) };
  }
  if (kept.translations) {
    const troubled = new Set(Object.keys(refusedFields).filter((field) => field.startsWith("translations.")).map((field) => field.split(".")[1]));
    const both = Object.keys({ ...state.standing.translations, ...kept.translations });
    const one = (code) => (troubled.has(code) ? state.standing.translations?.[code] : kept.translations[code]);
    kept.translations = Object.fromEntries(both.map((code) => [code, one(code)]).filter(([, words]) => words));
  }
  return kept;
}

function refused(values, { status, body }) {
  if (status === 401) return signedOut(body);
  if (status === 409 && body.stale) return isOurOwn(values, body) ? goOn(body) : stale(values, body);
  if (status === 404) return gone();
  if (!REFUSALS.includes(status)) return later(status);
  problems.show(body.problems ?? {});
  const reason = body.error ?? Object.values(body.problems ?? {}).join(" ");
  say(words("refused", { reason }), { bad: true });
  return false;
}

function later(status) {
  const kept = keep();
  const text = status === 0 ? words(kept ? "kept" : "notKept") : words("trouble");
  sayWithButton(text, words("tryAgain"), () => save({ always: true }));
  const wait = AGAIN_AFTER[Math.min(failures, AGAIN_AFTER.length - 1)];
  failures += 1;
  clearTimeout(timer);
  timer = setTimeout(save, wait);
  return false;
}

async function signedOut(body) {
  sayWithButton(words("signedOut"), words("signIn"), () => {
    signingInPutOff = false;
    save({ always: true });
  });
  if (document.hidden || signingInPutOff) return false;
  asking = true;
  const back = await signInAgain(body);
  asking = false;
  signingInPutOff = !back;
  return back ? saveNow() : false;
}

/** A page that was loaded anew meets what the one before had sent: nobody else has changed anything. */
function isOurOwn(mine, { theirs, state: now }) {
  const same = (field) => JSON.stringify(theirs[field]) === JSON.stringify(state.standing[field]);
  const fields = Object.keys(differing(mine, theirs));
  return now === state.form.dataset.state && fields.every((field) => same(field) || wasSent(field, theirs[field]));
}

function goOn(body) {
  Object.assign(state, { standing: body.theirs, version: body.version });
  return saveNow();
}

async function stale(mine, body) {
  if (!Object.keys(differing(mine, body.theirs)).length) return agree(body);
  asking = true;
  const choice = await choose(state.form, mine, body);
  asking = false;
  if (choice === "mine") return goOn(body);
  if (choice === "theirs") {
    fill(state.form, body.theirs);
    const done = agree(body);
    state.form.dispatchEvent(new Event("input", { bubbles: true }));
    return done;
  }
  sayWithButton(words("refused", { reason: words("undecided") }), words("choose"), () => settle(() => stale(collect(state.form), body)));
  return false;
}

function agree(body) {
  Object.assign(state, { standing: body.theirs, version: body.version, sent: [] });
  keep();
  say(words("saved", { time: clock(Date.now()) }));
  return true;
}

function gone() {
  sayWithButton(words("gone"), words("saveAsNew"), () => {
    forget();
    startAnew();
    state.standing = {};
    state.form.dataset.saves = "itself";
    save({ always: true });
  });
  return false;
}

function leave() {
  if (left || !isUnsaved()) return;
  isLeaving = true;
  setTimeout(stay, STILL_HERE);
  hurry();
}

function stay() {
  isLeaving = false;
  save();
}

function hurry() {
  if (left || !isUnsaved()) return;
  keep();
  if (!running) save();
}

function listen() {
  channel?.leave();
  channel = channelOf(state.uuid, hear);
}

/** Another tab of this browser has the post open, or has saved it: its fields are taken over where ours are untouched. */
function hear(message) {
  if (message.kind !== "saved") {
    document.querySelector("[data-other-tab]")?.toggleAttribute("hidden", message.kind === "left");
    return;
  }
  const mine = unsaved();
  if (message.was !== state.version || running || Object.keys(message.values).some((field) => field in mine)) return;
  Object.assign(state, { standing: { ...state.standing, ...message.values }, version: message.version });
  fill(state.form, message.values);
  state.form.dispatchEvent(new Event("input", { bubbles: true }));
  say(words("takenOver"));
}
