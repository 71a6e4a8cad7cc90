// Text that never reached the server comes back when the page is opened again: after a reload, a crash, the back button.
import { forget, name, startAnew, state, wasSent } from "./composer_state.js";
import { clock, sayWithButton } from "./composer_status.js";
import { differing, fill } from "./composer_values.js";
import { say as toast } from "./toast.js";
import { words } from "./words.js";

/** `clash(mine)` is called where somebody else has changed the same field since. */
export function bringBack(clash) {
  const entry = state.store.read(name());
  if (entry) restore(entry, clash);
  else if (!state.uuid) offerUnborn(clash);
}

function restore(entry, clash) {
  if (entry.landed) {
    catchUp(entry);
    return;
  }
  const mine = { ...state.standing, ...entry.fields };
  const news = Object.keys(differing(mine, state.standing));
  if (!news.length) {
    forget();
    return;
  }
  state.sent = [].concat(entry.sent ?? []);
  fill(state.form, entry.fields);
  if (state.uuid && news.some((field) => hasMovedOn(entry, field))) {
    clash(mine);
    return;
  }
  const before = state.standing;
  toast(words("restored", { time: clock(entry.at) }), {
    undo() {
      fill(state.form, before);
      tell();
    },
  });
  tell();
}

/** This page was made while the one before it was still being saved. */
function catchUp({ fields, landed }) {
  forget();
  if (state.version >= landed) return;
  fill(state.form, fields);
  Object.assign(state, { standing: { ...state.standing, ...fields }, version: landed });
  tell();
}

/** Whether the server's value is neither what this browser began with nor what it had sent. */
function hasMovedOn(entry, field) {
  const here = JSON.stringify(state.standing[field] ?? null);
  return here !== JSON.stringify(entry.base?.[field] ?? null) && !wasSent(field, state.standing[field]);
}

/** The text of another page of a new post that was closed before it could be saved. */
function offerUnborn(clash) {
  const [key] = state.store.unborn();
  const entry = key && state.store.read(`new:${key}`);
  if (!entry) return;
  sayWithButton(words("found", { time: clock(entry.at), title: entry.title || words("untitled") }), words("bringBack"), () => {
    startAnew(key);
    restore(entry, clash);
  });
}

function tell() {
  state.form.dispatchEvent(new Event("input", { bubbles: true }));
}
