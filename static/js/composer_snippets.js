// The team's snippets, put in where the cursor stands: type to find one, arrows choose, Enter takes it.
import { put } from "./composer_marks.js";

const dialog = document.querySelector("[data-snippet-dialog]");
const find = dialog?.querySelector("[role=combobox]");
const options = [...(dialog?.querySelectorAll("[role=option]") ?? [])];
let field = null;
let place = [0, 0];

export function askForSnippet(to) {
  field = to;
  place = [field.selectionStart, field.selectionEnd];
  if (find) find.value = "";
  draw();
  dialog.showModal();
  find?.focus();
}

function shown() {
  return options.filter((one) => !one.hidden);
}

function draw() {
  if (!find) return;
  const wanted = find.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  for (const one of options) {
    const text = one.textContent.toLocaleLowerCase();
    one.hidden = !wanted.every((word) => text.includes(word));
  }
  dialog.querySelector("[data-none]").hidden = shown().length > 0;
  dialog.querySelector("[data-found]").textContent = dialog.dataset.count.replace("{number}", shown().length);
  choose(shown()[0]);
}

function choose(chosen) {
  for (const one of options) one.setAttribute("aria-selected", String(one === chosen));
  if (chosen) find.setAttribute("aria-activedescendant", chosen.id);
  else find.removeAttribute("aria-activedescendant");
  chosen?.scrollIntoView({ block: "nearest" });
}

function chosen() {
  return options.find((one) => one.getAttribute("aria-selected") === "true");
}

function press(event) {
  const all = shown();
  const at = all.indexOf(chosen());
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length }[event.key];
  if (to !== undefined && all.length) {
    event.preventDefault();
    choose(all[to % all.length]);
  } else if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    if (chosen()) take(chosen());
  }
}

function take(option) {
  dialog.close();
  back();
  put(field, option.dataset.snippet);
}

function back() {
  field.focus();
  field.setSelectionRange(...place);
}

find?.addEventListener("input", draw);
find?.addEventListener("keydown", press);
dialog?.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) take(option);
  else if (event.target.closest("[data-cancel]")) {
    dialog.close();
    back();
  }
});
dialog?.addEventListener("cancel", () => setTimeout(back));
