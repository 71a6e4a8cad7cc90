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
  if (from === to && !copy) return false;
  const group = alone ? [{ id: link.dataset.post, version: seen, local: from }] : chosenWith(link);
  const way = spot.clock ? minutesBetween(from, to) : minutesBetween(from.slice(0, 10) + to.slice(10), to);
  const acts = group.map(({ id, version, local }) => {
    const mine = id === link.dataset.post;
    const where = mine ? whereOf(spot) : spot.clock ? { at: shift(local, way) } : { days: way / DAY };
    return { do: copy ? "copy" : "move", id, version: mine ? seen : version, ...where, ...(copy ? {} : { local: mine ? to : shift(local, way) }) };
  });
  return Boolean(await take(acts, { title: titleOf(link) }));
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
