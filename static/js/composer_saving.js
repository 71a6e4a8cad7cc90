// The composer saves itself: within a second of the last key, on leaving, and as soon as the site can be reached again.
// What the server does not have yet is kept in this browser, and comes back after a reload.
import { channelOf } from "./composer_other_tab.js";
import * as problems from "./composer_problems.js";
import { send } from "./composer_sending.js";
import { choose } from "./composer_stale.js";
import { say, sayWithButton } from "./composer_status.js";
import { storeOf, tabKey } from "./composer_store.js";
import { PLAN, collect, differing, fill } from "./composer_values.js";
import { signInAgain } from "./session_end.js";
import { words } from "./words.js";

const AFTER_LAST_KEY = 700;
const AT_LEAST_EVERY = 4000;
const AGAIN_AFTER = [2000, 4000, 8000, 15000, 30000];
// Whoever types on while the site is away must not fill the disk with every key.
const KEEP_AFTER = 150;

let form = null;
let store = null;
let channel = null;
// What the server has, as far as this page knows, and of which version.
let standing = {};
let version = 0;
let uuid = "";
let sent = {};
let timer = 0;
let keeping = 0;
let unsavedSince = 0;
let failures = 0;
let running = null;
let asking = false;
const onSaved = [];

export function start(element) {
  form = element;
  store = storeOf(form.dataset.person);
  standing = JSON.parse(form.dataset.standing);
  version = Number(form.dataset.version);
  uuid = form.dataset.uuid;
  if (uuid) listen();
  else adoptTabKey();
  bringBack();
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => document.hidden && leave());
  addEventListener("online", () => save());
  addEventListener("pageshow", (event) => event.persisted && save());
}

/** Called with the answer after each save: `{uuid, version, ways_out}`. */
export function afterSaving(act) {
  onSaved.push(act);
}

/** Everything on the page is on the server when this becomes true; else the page has said why not. */
export async function flush() {
  clearTimeout(timer);
  await running;
  const done = await save({ always: true });
  if (!done) return false;
  return isUnsaved() ? (await save({ always: true })) && !Object.keys(problems.current()).length : true;
}

export function isUnsaved() {
  return Object.keys(unsaved()).length > 0;
}

export function currentVersion() {
  return version;
}

/** The post went on by itself (it was sent, say): without text of our own we simply follow. */
export function follow(newVersion, newState) {
  form.dataset.state = newState;
  form.dataset.saves = newState === "published" ? "press" : "itself";
  if (!isUnsaved() && !running) version = newVersion;
}

/** Nothing on this page is worth keeping any more: the post is thrown away. */
export function forget() {
  removeEventListener("pagehide", leave);
  clearTimeout(timer);
  store.forget(name());
}

function touched() {
  if (!isUnsaved()) return;
  clearTimeout(keeping);
  keeping = setTimeout(keep, KEEP_AFTER);
  if (form.dataset.saves === "press") {
    say(words("unsaved"));
    return;
  }
  unsavedSince ||= Date.now();
  const wait = uuid ? Math.min(AFTER_LAST_KEY, Math.max(0, unsavedSince + AT_LEAST_EVERY - Date.now())) : 0;
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

function unsaved() {
  return differing(collect(form), standing);
}

/** One save at a time; true when the server has taken all that it could. */
async function save({ always = false } = {}) {
  if (running) await running;
  if (asking || (!always && !isUnsaved())) return !asking;
  running = saveNow();
  const done = await running;
  running = null;
  if (done && isUnsaved() && !Object.keys(problems.current()).length && form.dataset.saves === "itself") touched();
  return done;
}

async function saveNow() {
  const values = collect(form);
  const changes = uuid ? differing(values, standing) : values;
  clearTimeout(timer);
  unsavedSince = 0;
  sent = changes;
  keep();
  say(words("saving"), { quietly: true });
  const answer = uuid
    ? await send(`/posts/${uuid}/draft`, { version, ...changes })
    : await send("/posts", { draft_key: form.elements.draft_key.value, ...changes });
  if (answer.ok && answer.body.ok) return taken(changes, answer.body);
  return refused(values, answer);
}

function taken(changes, body) {
  failures = 0;
  const was = version;
  if (!uuid) born(body);
  const accepted = without(changes, body.problems);
  standing = { ...standing, ...accepted };
  version = body.version;
  sent = {};
  problems.show(body.problems);
  keep();
  const time = clock(body.saved_at);
  say(words(Object.keys(body.problems).length ? "partly" : "saved", { time }), { bad: Object.keys(body.problems).length > 0 });
  if (Object.keys(accepted).length) channel?.tell({ kind: "saved", was, version, values: accepted });
  for (const act of onSaved) act({ uuid, version, waysOut: body.ways_out ?? [] });
  return true;
}

/** The first save has made the draft: this page is its page from now on. */
function born(body) {
  store.forget(name());
  tabKey.forget(form.dataset.person);
  uuid = body.uuid;
  standing = body.values;
  form.dataset.uuid = uuid;
  form.action = `/posts/${uuid}`;
  history.replaceState(null, "", `/posts/${uuid}/edit`);
  listen();
}

function without(changes, refusedFields) {
  const names = new Set(Object.keys(refusedFields).filter((field) => !field.startsWith("variants.")).map((field) => field.split(".")[0]));
  if (PLAN.some((field) => names.has(field))) for (const field of PLAN) names.add(field);
  const kept = Object.fromEntries(Object.entries(changes).filter(([field]) => !names.has(field)));
  if (kept.variants) {
    const fits = ([id]) => !(`variants.${id}` in refusedFields);
    kept.variants = { ...standing.variants, ...Object.fromEntries(Object.entries(kept.variants).filter(fits)) };
  }
  return kept;
}

async function refused(values, answer) {
  const { status, body } = answer;
  if (status === 401) return signedOut(body);
  if (status === 409 && body.stale) return stale(values, body);
  if (status === 404) return gone();
  if (status === 422 || status === 403 || status === 409 || status === 413) {
    problems.show(body.problems ?? {});
    const reason = body.error ?? Object.values(body.problems ?? {}).join(" ");
    say(words("refused", { reason }), { bad: true });
    return false;
  }
  return later(status);
}

function later(status) {
  const kept = keep();
  const text = status === 0 ? words(kept ? "kept" : "notKept") : words("trouble");
  const wait = AGAIN_AFTER[Math.min(failures, AGAIN_AFTER.length - 1)];
  failures += 1;
  sayWithButton(text, words("tryAgain"), () => save({ always: true }));
  clearTimeout(timer);
  if (form.dataset.saves === "itself") timer = setTimeout(save, wait);
  return false;
}

async function signedOut(body) {
  keep();
  sayWithButton(words("signedOut"), words("signIn"), () => save({ always: true }));
  if (document.hidden) return false;
  asking = true;
  const back = await signInAgain(body);
  asking = false;
  return back ? saveNow() : false;
}

async function stale(values, body) {
  keep();
  if (!Object.keys(differing(values, body.theirs)).length) return agree(body);
  asking = true;
  const choice = await choose(form, values, body);
  asking = false;
  if (choice === "mine") {
    standing = body.theirs;
    version = body.version;
    return saveNow();
  }
  if (choice === "theirs") {
    fill(form, body.theirs);
    form.dispatchEvent(new Event("input", { bubbles: true }));
    return agree(body);
  }
  sayWithButton(words("refused", { reason: body.error }), words("tryAgain"), () => save({ always: true }));
  return false;
}

function agree(body) {
  standing = body.theirs;
  version = body.version;
  keep();
  say(words("saved", { time: clock(new Date().toISOString()) }));
  return true;
}

function gone() {
  keep();
  sayWithButton(words("gone"), words("saveAsNew"), () => {
    store.forget(name());
    uuid = "";
    form.dataset.uuid = "";
    standing = {};
    form.dataset.saves = "itself";
    ownKey();
    save({ always: true });
  });
  return false;
}

function leave() {
  if (!isUnsaved()) return;
  keep();
  if (form.dataset.saves === "itself" && !running && !asking) save();
}

/** Into this browser's own store, or out of it when nothing is left. */
function keep() {
  clearTimeout(keeping);
  const fields = unsaved();
  if (!Object.keys(fields).length) {
    store.forget(name());
    return true;
  }
  const base = Object.fromEntries(Object.keys(fields).map((field) => [field, standing[field] ?? null]));
  return store.keep(name(), { at: new Date().toISOString(), fields, base, sent, title: form.elements.title.value });
}

function name() {
  return uuid || `new:${form.elements.draft_key.value}`;
}

/** A reload goes on with the draft that this tab had begun. */
function adoptTabKey() {
  const begun = tabKey.read(form.dataset.person);
  if (begun && store.read(`new:${begun}`)) form.elements.draft_key.value = begun;
  tabKey.keep(form.dataset.person, form.elements.draft_key.value);
}

function ownKey() {
  const input = form.elements.draft_key ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "draft_key" }));
  input.value = crypto.randomUUID();
  tabKey.keep(form.dataset.person, input.value);
}

/** Text that never reached the server comes back, unless somebody has changed the same field since. */
function bringBack() {
  const entry = store.read(name());
  if (entry) restore(entry);
  else if (!uuid) offerUnborn();
}

function restore(entry) {
  const now = collect(form);
  const differs = (field, other) => Object.keys(differing({ ...now, [field]: entry.fields[field] }, { ...now, [field]: other })).length > 0;
  const news = Object.keys(entry.fields).filter((field) => differs(field, standing[field]));
  if (!news.length) {
    store.forget(name());
    return;
  }
  const clash = news.some((field) => field in standing && differs2(entry, field));
  if (clash) {
    const mine = { ...standing, ...entry.fields };
    fill(form, entry.fields);
    stale(mine, { theirs: standing, version, state: form.dataset.state });
    return;
  }
  fill(form, entry.fields);
  sayWithButton(words("restored", { time: clock(entry.at) }), words("forget"), () => {
    fill(form, standing);
    keep();
    form.dispatchEvent(new Event("input", { bubbles: true }));
    say("");
  });
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Whether the server's value is neither what this browser began with nor what it had sent. */
function differs2(entry, field) {
  const here = JSON.stringify(standing[field] ?? null);
  return here !== JSON.stringify(entry.base?.[field] ?? null) && here !== JSON.stringify(entry.sent?.[field]);
}

function offerUnborn() {
  const [key] = store.unborn();
  const entry = key && store.read(`new:${key}`);
  if (!entry) return;
  const text = words("found", { time: clock(entry.at), title: entry.title || words("untitled") });
  sayWithButton(text, words("bringBack"), () => {
    form.elements.draft_key.value = key;
    tabKey.keep(form.dataset.person, key);
    restore(entry);
  });
}

function listen() {
  channel?.leave();
  channel = channelOf(uuid, hear);
}

function hear(message) {
  if (message.kind !== "saved") {
    document.querySelector("[data-other-tab]")?.removeAttribute("hidden");
    return;
  }
  if (message.was !== version || running) return;
  const mine = unsaved();
  if (Object.keys(message.values).some((field) => field in mine)) return;
  standing = { ...standing, ...message.values };
  version = message.version;
  fill(form, message.values);
  say(words("takenOver"));
  form.dispatchEvent(new CustomEvent("taken-over", { bubbles: true }));
}

function clock(instant) {
  return new Date(instant).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}
