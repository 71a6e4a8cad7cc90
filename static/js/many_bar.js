// The bar that comes with a choice of posts: how many there are, and one step for all of them.
import { chooseAll, chosen, clear } from "./choosing.js";
import { plan } from "./plan_load.js";
import { take } from "./steps.js";
import { say } from "./toast.js";
import { words } from "./words.js";

const bar = document.querySelector("[data-many]");
// What the buttons are called, where the server calls it otherwise.
const DOINGS = { day: "move", discard: "remove" };

function show() {
  const number = chosen().length;
  const had = bar.contains(document.activeElement);
  const said = number ? words(number === 1 ? "chosenOne" : "chosen", { number }) : words("chosenNone");
  bar.classList.toggle("is-on", number > 0);
  bar.querySelector("[data-chosen]").textContent = said;
  const live = document.querySelector("[data-live]");
  if (live) live.textContent = said;
  if (!number) unfold(false);
  if (had && !number) (plan().querySelector("[data-post]") ?? document.getElementById("main")).focus();
}

/** On narrow screens all that can be done is in a menu. */
function unfold(open) {
  bar.toggleAttribute("data-unfolded", open);
  bar.querySelector("[data-many-open]").setAttribute("aria-expanded", String(open));
}

function submit(event) {
  event.preventDefault();
  const name = event.submitter?.value ?? "move";
  const where = whereTo(name);
  if (!where) return;
  unfold(false);
  const acts = chosen().map(({ id, version }) => ({ do: DOINGS[name] ?? name, id, version, ...where }));
  take(acts, { title: chosen()[0]?.title });
}

/** What the fields of the bar say; null, and a sentence, where they say nothing. */
function whereTo(name) {
  const { days, date } = bar.elements;
  if (name === "move" || name === "copy") return Number(days.value) ? { days: Number(days.value) } : refuse(days, "needDays");
  if (name === "day") return date.value ? { date: date.value } : refuse(date, "needDay");
  return {};
}

function refuse(field, name) {
  say(words(name));
  field.focus();
  return null;
}

if (bar) {
  bar.addEventListener("submit", submit);
  bar.addEventListener("click", ({ target }) => {
    if (target.closest("[data-many-open]")) unfold(!bar.hasAttribute("data-unfolded"));
    if (target.closest("[data-choose-all]")) chooseAll();
    else if (target.closest("[data-choose-none]")) clear();
  });
  bar.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      if (!bar.hasAttribute("data-unfolded")) return clear();
      unfold(false);
      bar.querySelector("[data-many-open]").focus();
    } else if (event.key === "Enter" && event.target === bar.elements.date) {
      event.preventDefault();
      bar.requestSubmit(bar.querySelector("[value=day]"));
    }
  });
  document.addEventListener("choice:changed", show);
}
