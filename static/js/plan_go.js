// Going from view to view without leaving the page: the address goes along, Back and Forward lead back.
import { loadPlan, plan } from "./plan_load.js";
import { say } from "./toast.js";
import { words } from "./words.js";

const SLOW = 300;

/** Show the plan at this address; where that fails, the browser goes there itself. */
export async function go(address, { push = true, quietly = false } = {}) {
  const slow = setTimeout(() => plan().setAttribute("aria-busy", "true"), SLOW);
  const there = await loadPlan(address);
  clearTimeout(slow);
  plan().removeAttribute("aria-busy");
  // Whoever has gone on to another place is not brought back.
  if (there === null) return true;
  if (!there) return false;
  if (push) history.pushState({}, "", plan().dataset.here);
  if (!quietly) {
    document.dispatchEvent(new CustomEvent("plan:went"));
    scrollTo({ top: 0 });
    const live = document.querySelector("[data-live]");
    if (live) live.textContent = plan().querySelector("h1").textContent;
  }
  return true;
}

function isPlain(event) {
  return !event.defaultPrevented && !event.button && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("#plan a[href], #rail-views a[href]");
  if (!link || !isPlain(event) || link.matches("[data-post], [data-peek], [data-row-day]")) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || url.pathname !== "/calendar") return;
  event.preventDefault();
  if (!(await go(url.pathname + url.search))) location.assign(link.href);
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest?.("[data-filter-menu], [data-find]");
  if (!form) return;
  event.preventDefault();
  if (!(await go(addressOf(form)))) say(words("unreachable"));
});

/** What one types is looked for at once; the address keeps it without filling the history. */
let typed = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("[data-find]");
  if (!form) return;
  clearTimeout(typed);
  typed = setTimeout(async () => {
    if (await go(addressOf(form), { push: false, quietly: true })) history.replaceState(history.state, "", plan().dataset.here);
  }, 200);
});

/** As the server writes it: names once, values joined by plus. */
function addressOf(form) {
  const values = new Map();
  for (const [name, value] of new FormData(form)) values.set(name, [...(values.get(name) ?? []), encodeURIComponent(value)]);
  const parts = [...values].filter(([name, all]) => name === "streams" || all.join("")).map(([name, all]) => `${name}=${all.join("+")}`);
  return `/calendar?${parts.join("&")}`;
}
