// Sentences of the server at the fields they are about. While somebody is still in a field its sentence waits.
import { words } from "./words.js";
import { reveal } from "./composer_tabs.js";
import { revealTongue } from "./composer_languages.js";
import { fieldOf } from "./composer_values.js";

let problems = {};
let form = null;

export function attach(to) {
  form = to;
  for (const place of form.querySelectorAll("[data-problem]:not([hidden])")) {
    problems[place.dataset.problem] = place.textContent.trim();
  }
  form.addEventListener("focusout", () => setTimeout(draw));
}

/** All that is wrong now; fields not named are in order. */
export function show(found) {
  problems = { ...found };
  draw();
}

export function current() {
  return problems;
}

/** On top, with the focus: what must be put right before the step that was pressed. */
export function summarise() {
  draw({ patient: false });
  const top = document.querySelector("[data-top]");
  const names = Object.keys(problems);
  if (!top || !names.length) return;
  const box = document.createElement("div");
  box.className = "summary note note-bad";
  box.setAttribute("role", "alert");
  box.tabIndex = -1;
  const inner = document.createElement("div");
  const heading = document.createElement("h2");
  heading.textContent = names.length === 1 ? words("putRightOne") : words("putRight", { number: names.length });
  const list = document.createElement("ul");
  list.append(...names.map(line));
  inner.append(heading, list);
  box.append(inner);
  top.replaceChildren(box);
  box.focus();
}

export function forgetSummary() {
  document.querySelector("[data-top]")?.replaceChildren();
}

function line(name) {
  const item = document.createElement("li");
  const place = fieldOf(form, name);
  const label = place && labelOf(place);
  const field = place?.matches("fieldset") ? place.querySelector("input") : place;
  if (label) {
    const link = document.createElement("a");
    link.href = `#${field.id}`;
    link.textContent = label;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      field.closest("details")?.setAttribute("open", "");
      reveal(field);
      revealTongue(field);
      field.focus();
    });
    item.append(link, ": ");
  }
  item.append(problems[name]);
  return item;
}

function labelOf(field) {
  return (field.labels?.[0] ?? field.querySelector("legend"))?.firstChild?.textContent.trim();
}

function draw({ patient = true } = {}) {
  for (const place of form.querySelectorAll("[data-problem]")) {
    const name = place.dataset.problem;
    const sentence = problems[name] ?? "";
    const fields = form.querySelectorAll(`[data-field="${CSS.escape(name)}"]`);
    const writing = patient && sentence && place.hidden && isBusyIn(fields);
    if (writing) continue;
    place.hidden = !sentence;
    place.querySelector("span").textContent = sentence;
    for (const field of fields) {
      if (sentence) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }
}

function isBusyIn(fields) {
  return [...fields].some((field) => field.contains(document.activeElement));
}
