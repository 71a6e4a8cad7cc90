// A post is put down at a spot of the plan, and with it those that were selected together.
import { chosenWith } from "./choosing.js";
import { localOf, minutesBetween, shift, timeAt, whereOf } from "./spots.js";
import { linkOf, take } from "./steps.js";
import { words } from "./words.js";

const DAY = 1440;

/** Put this post down there, or with `copy` a draft like it; all that are selected with it go the same way. */
export async function putDown(link, spot, { copy = false, alone = false, version: seen = Number(link.dataset.version) } = {}) {
  const from = localOf(link);
  const to = timeAt(spot, link);
  if (from === to && !copy && !spot.stream) return false;
  const group = (alone ? [{ id: link.dataset.post, local: from }] : chosenWith(link)).map((one) => (one.id === link.dataset.post ? { ...one, version: seen, mine: true } : one));
  const acts = spot.open ? opened(group, copy) : group.map((one) => actOf(one, spot, { link, from, to, copy }));
  return acts.length > 0 && Boolean(await take(acts, { title: titleOf(link) }));
}

/** Only what has a time can lose it. */
function opened(group, copy) {
  return copy ? [] : group.filter(({ local }) => local).map(({ id, version }) => ({ do: "open", id, version }));
}

/** Who has no time yet, or comes along with one that has none, goes to the spot itself; others go the same way. */
function actOf({ id, version, local, mine }, spot, { link, from, to, copy }) {
  const name = copy ? "copy" : spot.stream ? "stream" : "move";
  const into = spot.stream ? { to: spot.stream, of: mine ? link.dataset.stream : "" } : {};
  if (mine || !from || !local) return done({ do: name, id, version, ...whereOf(spot), ...into }, mine ? to : timeOf(spot, local));
  const way = spot.clock ? minutesBetween(from, to) : minutesBetween(from.slice(0, 10) + to.slice(10), to);
  return done({ do: name, id, version, ...(spot.clock ? { at: shift(local, way) } : { days: way / DAY }), ...into }, shift(local, way));
}

function timeOf(spot, local) {
  return `${spot.day}T${spot.clock ?? local.slice(11)}`;
}

/** A copy stands nowhere yet, so nothing is shown before it is there. */
function done(act, local) {
  return act.do === "copy" ? act : { ...act, local };
}

/** Move a post that may not be on the page (from the panel beside the plan). */
export async function moveById(id, title, day, version) {
  const link = linkOf(id);
  if (link) return putDown(link, { day, clock: null, slot: null }, { alone: true });
  return Boolean(await take([{ do: "move", id, version, date: day }], { title }));
}

export function titleOf(link) {
  return link.querySelector(".post-title")?.textContent ?? words("untitled");
}
