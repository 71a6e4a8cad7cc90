// While a post hovers over a place of the plan: what is in the way there, asked of the server once one stays a moment.
import { getJson } from "./asking.js";
import { whereOf } from "./spots.js";

const STAY = 140;
const known = new Map();
let timer = 0;
let asked = 0;

/** Calls `warn` with a sentence where something is in the way of this post there. */
export function hover(link, spot, warn) {
  const mine = ++asked;
  clearTimeout(timer);
  const address = `/posts/${link.dataset.post}/landing?${new URLSearchParams(whereOf(spot, link.dataset.stream))}`;
  timer = setTimeout(async () => {
    if (!known.has(address)) known.set(address, getJson(address));
    const { ok, body } = await known.get(address);
    if (mine === asked && ok && body.warnings.length) warn(body.warnings.join(" "));
  }, STAY);
}

/** Nothing hovers any more. What was found may be otherwise the next time. */
export function quiet() {
  asked += 1;
  clearTimeout(timer);
  known.clear();
}
