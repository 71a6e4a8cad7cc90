// What the composer knows: the form, what the server has of it, and what only this browser has.
import { storeOf, tabBirth, tabKey } from "./composer_store.js";
import { collect, differing } from "./composer_values.js";

/** `standing`: the server's values as far as this page knows, at `version`. `sent`: what it has not answered for. */
export const state = { form: null, store: null, uuid: "", version: 0, standing: {}, sent: [] };
const MOST_SENT = 4;
const KEEP_EVERY = 150;
const BIRTH_LASTS = 10_000;
let keeping = 0;
let kept = 0;
let written = "";

export function begin(form) {
  state.form = form;
  state.store = storeOf(form.dataset.person);
  state.uuid = form.dataset.uuid;
  state.version = Number(form.dataset.version);
  state.standing = JSON.parse(form.dataset.standing);
  if (!state.uuid) adoptTabKey();
  followBirth();
}

/** The fields that the server does not have as they stand on the page. */
export function unsaved() {
  return differing(collect(state.form), state.standing);
}

export function isUnsaved() {
  return Object.keys(unsaved()).length > 0;
}

/** Into this browser's own store, or out of it when nothing is left; false when the browser would not take it. */
export function keep() {
  clearTimeout(keeping);
  kept = Date.now();
  const fields = unsaved();
  if (!Object.keys(fields).length) {
    forget();
    return true;
  }
  const base = Object.fromEntries(Object.keys(fields).map((field) => [field, state.standing[field] ?? null]));
  const entry = { at: new Date().toISOString(), fields, base, sent: state.sent, title: state.form.elements.title.value };
  written = entry.at;
  return state.store.keep(name(), entry);
}

/** At once, then every so often while one writes on: the disk is not written at every key. */
export function keepSoon() {
  clearTimeout(keeping);
  keeping = setTimeout(keep, Math.max(0, kept + KEEP_EVERY - Date.now()));
}

/** The server has taken what was kept; the page that comes next may have been made before. */
export function hasLanded() {
  const entry = state.store.read(name());
  if (entry?.at === written) state.store.keep(name(), { ...entry, landed: state.version });
}

/** These values are on their way; whether they arrive this page may never hear. */
export function isOnItsWay(changes) {
  state.sent = [...state.sent, changes].slice(-MOST_SENT);
}

/** Whether this browser has sent this value of the field itself. */
export function wasSent(field, value) {
  const here = JSON.stringify(value ?? null);
  return state.sent.some((changes) => field in changes && JSON.stringify(changes[field]) === here);
}

export function forget() {
  clearTimeout(keeping);
  state.store.forget(name());
}

/** The name of this text in the browser's store. */
export function name() {
  return state.uuid || `new:${draftKey()}`;
}

export function draftKey() {
  return state.form.elements.draft_key.value;
}

/** From now on the page writes a new post. */
export function startAnew(key = crypto.randomUUID()) {
  const { form } = state;
  const input = form.elements.draft_key ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "draft_key" }));
  input.value = key;
  state.uuid = form.dataset.uuid = "";
  tabKey.keep(form.dataset.person, key);
}

/** From now on the page writes this post. */
export function isBorn(uuid) {
  forget();
  tabKey.forget(state.form.dataset.person);
  tabBirth.keep(state.form.dataset.person, JSON.stringify({ uuid, at: Date.now() }));
  state.uuid = state.form.dataset.uuid = uuid;
  state.form.action = `/posts/${uuid}`;
  history.replaceState(null, "", `/posts/${uuid}/edit`);
}

/** A reload goes on with the draft that this tab had begun. */
function adoptTabKey() {
  const begun = tabKey.read(state.form.dataset.person);
  if (begun && state.store.read(`new:${begun}`)) state.form.elements.draft_key.value = begun;
  tabKey.keep(state.form.dataset.person, draftKey());
}

/** A reload of the empty page in the moment in which its post was made leads to the post. */
function followBirth() {
  const { person } = state.form.dataset;
  const birth = JSON.parse(tabBirth.read(person) ?? "null");
  tabBirth.forget(person);
  const isReload = performance.getEntriesByType("navigation")[0]?.type === "reload";
  if (birth && !state.uuid && isReload && Date.now() - birth.at < BIRTH_LASTS) location.replace(`/posts/${birth.uuid}/edit`);
}
