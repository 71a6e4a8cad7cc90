// Where a post stands, live: the page looks again while something is under way, and says what has become of it.
import "./composer_menu.js";
import { takeOver } from "./composer_parts.js";
import { words } from "./words.js";

const LONGEST_PAUSE = 30_000;
const section = document.querySelector("[data-look]");
let timer = 0;
let troubles = 0;

export function lookAgainSoon() {
  clearTimeout(timer);
  const wait = mark()?.dataset.lookAgain;
  if (wait !== undefined) timer = setTimeout(look, Math.min(Number(wait) * 2 ** troubles, Math.max(LONGEST_PAUSE, Number(wait))));
}

async function look() {
  if (document.hidden) return;
  const before = mark().dataset.shown;
  try {
    const response = await fetch(section.dataset.look, { headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(String(response.status));
    takeOver(await response.text());
    troubles = 0;
  } catch {
    troubles = Math.min(troubles + 1, 5);
  }
  const now = mark();
  if (now.dataset.shown !== before) {
    section.querySelector("[data-outcome]").textContent = words("outcome", { state: now.dataset.word });
    section.dispatchEvent(new CustomEvent("standing", { bubbles: true, detail: { ...now.dataset } }));
  }
  lookAgainSoon();
}

function mark() {
  return section?.querySelector("[data-standing-now]");
}

if (section) {
  document.addEventListener("visibilitychange", () => document.hidden || lookAgainSoon());
  lookAgainSoon();
}
