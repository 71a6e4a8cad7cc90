// In the dialog of commands a few letters find a post, a stream, a page or a command; arrows choose, Enter does it.
// Comes when it is opened for the first time: see dialogs.js.
import { getJson } from "./asking.js";

const dialog = document.querySelector("dialog[data-palette]");
const input = dialog.querySelector("[role=combobox]");
const list = dialog.querySelector("[role=listbox]");
const WAIT = 120;
let timer = 0;
let asked = 0;

export function show(words) {
  forget();
  const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  for (const offer of list.querySelectorAll("[data-offer]")) {
    const name = offer.querySelector(".palette-name").textContent.toLocaleLowerCase();
    offer.hidden = !wanted.every((word) => name.includes(word));
  }
  settle();
  clearTimeout(timer);
  if (words.trim().length > 1) timer = setTimeout(ask, WAIT, words);
}

/** Only the last question is answered: letters come faster than the network. */
async function ask(words) {
  const mine = ++asked;
  const answer = await getJson(`/find?q=${encodeURIComponent(words)}`);
  if (mine !== asked || !answer.ok || input.value !== words) return;
  forget();
  list.append(...answer.body.items.map(row));
  settle();
}

function forget() {
  for (const found of list.querySelectorAll("[data-found]")) found.remove();
}

function row(item) {
  const made = dialog.querySelector("[data-palette-post]").content.firstElementChild.cloneNode(true);
  made.dataset.href = item.href;
  made.dataset.hue = item.hue;
  const name = made.querySelector(".palette-name");
  name.textContent = item.title || "—";
  made.querySelector(".palette-detail").textContent = [item.detail, item.when.replace("T", " ")].filter(Boolean).join(" · ");
  return made;
}

function shown() {
  return [...list.children].filter((one) => !one.hidden);
}

/** Whatever is shown, one of it is chosen, and the number of it is told. */
function settle() {
  const rows = shown();
  [...list.children].forEach((one, number) => {
    one.id = `palette-${number}`;
  });
  choose(rows.find((one) => one.ariaSelected === "true") ?? rows[0]);
  dialog.querySelector("[data-palette-none]").hidden = rows.length > 0;
  const count = dialog.querySelector("[data-palette-count]");
  count.textContent = count.dataset.said.replace("{number}", rows.length);
}

function choose(row) {
  for (const one of list.children) one.ariaSelected = String(one === row);
  if (row) {
    input.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

function step(by) {
  const rows = shown();
  const at = rows.findIndex((one) => one.ariaSelected === "true");
  choose(rows[(at + by + rows.length) % rows.length]);
}

export function press(key) {
  if (key === "Enter") carryOut(shown().find((one) => one.ariaSelected === "true"));
  else step(key === "ArrowDown" ? 1 : -1);
}

export function carryOut(row) {
  if (!row) return;
  dialog.close();
  if (row.dataset.href) location.assign(row.dataset.href);
  else if (row.dataset.do === "theme") document.querySelector("[data-theme-toggle]")?.click();
  else if (row.dataset.do === "history") document.dispatchEvent(new CustomEvent("history:show"));
  else if (row.dataset.do === "keys") document.dispatchEvent(new CustomEvent("keys:show"));
}
