// While the page is seen: every five seconds, what has changed in the days shown. A post that goes out shows it by itself.
import { getJson } from "./asking.js";
import { isHeld, loadPlan, plan } from "./plan_load.js";
import { stateWord, words } from "./words.js";

const EVERY = 5000;
const live = document.querySelector("[data-live]");
let since = document.querySelector("[data-with-peek]").dataset.since;
let asking = false;

async function look() {
  if (asking || document.hidden || isHeld()) return;
  asking = true;
  const { from, to } = plan().dataset;
  const answer = await getJson(`/calendar/states?from=${from}&to=${to}&since=${encodeURIComponent(since)}`);
  asking = false;
  if (!answer.ok) return;
  since = answer.body.now;
  const news = answer.body.posts.filter(isNews);
  for (const post of news) tell(post);
  if (news.length && !isBusy()) await loadPlan();
}

function isNews(post) {
  const link = plan().querySelector(`[data-post="${CSS.escape(post.id)}"]`);
  if (!link) return true;
  const day = link.closest("[data-day]")?.dataset.day;
  return Number(link.dataset.version ?? -1) !== post.version || shown(link.dataset.state) !== shown(post.state) || day !== post.day;
}

function shown(state) {
  return state === "in_review" ? "review" : state;
}

function tell(post) {
  const link = plan().querySelector(`[data-post="${CSS.escape(post.id)}"]`);
  if (!link || !live || shown(link.dataset.state) === shown(post.state)) return;
  live.textContent = words("became", { title: post.title || words("untitled"), state: stateWord(post.state) });
}

/** A menu that is open, or a form that is being filled in, is not pulled away. */
function isBusy() {
  return isHeld() || Boolean(plan().querySelector("details.filter[open]"));
}

setInterval(look, EVERY);
document.addEventListener("visibilitychange", look);
