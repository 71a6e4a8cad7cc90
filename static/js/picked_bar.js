// The bar that comes with a selection: how many there are, and what can be done with all of them in one step.
import { clear, pickAll, picks } from "./picking.js";
import { plan } from "./plan_load.js";
import { take } from "./steps.js";
import { say } from "./toast.js";
import { words } from "./words.js";

const bar = document.querySelector("[data-picked]");
const days = bar?.querySelector("[name=days]");
const date = bar?.querySelector("[name=date]");

function show() {
  const number = picks().length;
  const had = bar.contains(document.activeElement);
  bar.hidden = number === 0;
  const said = words(number === 1 ? "pickedOne" : "pickedMany", { number });
  bar.querySelector("[data-picked-number]").textContent = number ? said : "";
  const live = document.querySelector("[data-live]");
  if (live) live.textContent = number ? said : words("pickedNone");
  if (had && !number) (plan().querySelector("[data-post]") ?? document.getElementById("main")).focus();
}

async function act(name) {
  if (name === "clear") return clear();
  if (name === "all") return pickAll();
  const where = whereTo(name);
  if (!where) return null;
  const acts = picks().map(({ id, version }) => ({ do: name === "date" || name === "days" ? "move" : name, id, version, ...where }));
  return take(acts, { title: picks()[0]?.title });
}

/** What the fields of the bar say; null, and a sentence, where they say nothing. */
function whereTo(name) {
  if (name === "copy") return { days: Number(days.value) || 7 };
  if (name === "days" && !Number(days.value)) return refuse(days, "needDays");
  if (name === "days") return { days: Number(days.value) };
  if (name === "date" && !date.value) return refuse(date, "needDay");
  return name === "date" ? { date: date.value } : {};
}

function refuse(field, name) {
  say(words(name));
  field.focus();
  return null;
}

bar?.addEventListener("click", (event) => {
  const name = event.target.closest("[data-picked-do]")?.dataset.pickedDo;
  if (name) act(name);
});
bar?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.target === days || event.target === date)) {
    event.preventDefault();
    act(event.target.name);
  } else if (event.key === "Escape") {
    event.preventDefault();
    clear();
  }
});
if (bar) document.addEventListener("picks:changed", show);
