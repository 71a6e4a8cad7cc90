// What others say about the post shows within two seconds, in one polite sentence for whoever does not see it.
import { getJson } from "./asking.js";
import "./live.js";

const GATHER = 100;

/** From now on `take({html, sentence})` is called when somebody has said, changed, settled or removed something. */
export function hear(panel, take) {
  let timer = 0;
  let looking = false;
  let again = false;

  async function look() {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    again = false;
    const last = panel.querySelector("[data-last]").dataset.last;
    const answer = await getJson(`${panel.dataset.talk}?after=${last}`);
    looking = false;
    if (answer.ok && answer.body.html) take(answer.body);
    if (again) look();
  }

  document.addEventListener("live:changes", ({ detail }) => {
    const mine = detail.changes.some((one) => one.kind === "comment" && one.post === panel.dataset.post);
    if (!mine && !detail.lost) return;
    clearTimeout(timer);
    timer = setTimeout(look, GATHER);
  });
}
