// The post in further languages: a tab for each, added from a list, taken out with a way back. What stands in the fields
// is collected and filled in like every other field; a language without any words is none.
import { draw, walk } from "./composer_tabs.js";
import { attachAlts, collectAlts, fillAlts, syncAlts } from "./composer_tongue_alts.js";
import { say } from "./toast.js";

const box = document.querySelector("[data-tongues]");
const panels = box?.querySelector("[data-tongue-panels]");
const bar = box?.querySelector("[data-tongue-tabs]");
const picker = box?.querySelector("#tongue-add");
const PARTS = ["title", "text", "first_comment"];
let sample = null;
let chosen = "";

export function attach() {
  if (!box) return;
  const spare = panels.querySelector("[data-tongue-spare]");
  sample = spare.firstElementChild;
  sample.querySelector("[data-tongue-code]").remove();
  sample.querySelector("[data-tongue-alts]").replaceChildren();
  spare.remove();
  bar.setAttribute("role", "tablist");
  for (const panel of panels.children) becomePanel(panel);
  box.querySelector("[data-tongue-add]").hidden = false;
  box.querySelector("[data-tongue-go]").addEventListener("click", () => add(picker.value));
  box.addEventListener("click", press);
  bar.addEventListener("keydown", (event) => {
    walk(event, tabs(), [...panels.children]);
    chosen = document.activeElement.dataset.code ?? chosen;
  });
  box.addEventListener("focusin", (event) => {
    const panel = event.target.closest("[data-tongue]");
    if (panel?.hidden) choose(panel.dataset.tongue);
  });
  attachAlts(panels, nameOf);
  show();
}

/** By code, those that say something. */
export function collectTongues() {
  const found = {};
  for (const panel of panels.children) {
    const words = Object.fromEntries(PARTS.map((which) => [which, part(panel, which).value.toWellFormed()]));
    const alts = collectAlts(panel, nameOf);
    if (PARTS.some((which) => words[which].trim()) || Object.keys(alts).length) found[panel.dataset.tongue] = { ...words, alts };
  }
  return found;
}

/** Make these the languages of the page. One that was just added and is still empty stays. */
export function fillTongues(values) {
  for (const panel of [...panels.children]) {
    if (panel.dataset.tongue in values) continue;
    if (PARTS.some((which) => part(panel, which).value) || Object.keys(collectAlts(panel, nameOf)).length) panel.remove();
  }
  for (const [code, words] of Object.entries(values)) {
    const panel = panelOf(code) ?? made(code);
    for (const which of PARTS) part(panel, which).value = words[which] ?? "";
    fillAlts(panel, words.alts, nameOf);
  }
  show();
}

export function sameTongues(these, those) {
  const plain = (values) => JSON.stringify(Object.entries(values ?? {}).sort(([one], [other]) => (one < other ? -1 : 1)).map(([code, words]) => [code, ...PARTS.map((which) => words[which] ?? ""), byNumber(words.alts)]));
  return plain(these) === plain(those);
}

function byNumber(alts) {
  return Object.entries(alts ?? {}).sort(([one], [other]) => one - other);
}

/** The panel in which this field is comes to the front. */
export function revealTongue(field) {
  const panel = field.closest("[data-tongue]");
  if (panel) choose(panel.dataset.tongue);
}

function add(code) {
  if (!panelOf(code)) made(code);
  choose(code);
  part(panelOf(code), "title").focus();
}

function made(code) {
  const panel = sample.cloneNode(true);
  const name = nameOf(code);
  panel.dataset.tongue = code;
  for (const element of [panel, ...panel.querySelectorAll("*")]) {
    for (const attribute of ["id", "for", "name", "aria-describedby", "data-field", "data-problem", "data-counter"]) {
      const text = element.getAttribute(attribute);
      if (text) element.setAttribute(attribute, text.replace(/^tongue-0$/, `tongue-${code}`).replace("translations.0", `translations.${code}`).replace(/^(tongue_\w+)_0$/, `$1_${code}`));
    }
  }
  panel.querySelector("[name=tongue]").value = code;
  for (const which of PARTS) {
    part(panel, which).lang = code;
    panel.querySelector(`label[for="translations.${code}.${which}"]`).textContent = words(which === "first_comment" ? "firstComment" : which, name);
  }
  panel.querySelector("[data-tongue-drop] span").textContent = words("drop", name);
  panels.append(panel);
  becomePanel(panel);
  syncAlts(panel, nameOf);
  return panel;
}

function becomePanel(panel) {
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", `tongue-tab-${panel.dataset.tongue}`);
  panel.querySelector("[data-tongue-drop]").hidden = false;
}

function press(event) {
  const tab = event.target.closest("[role=tab]");
  if (tab) choose(tab.dataset.code);
  else if (event.target.closest("[data-tongue-drop]")) drop(event.target.closest("[data-tongue]"));
}

function drop(panel) {
  const { tongue: code } = panel.dataset;
  const next = panel.nextElementSibling;
  panel.remove();
  show();
  picker.focus();
  changed();
  say(words("gone", nameOf(code)), {
    undo() {
      if (panelOf(code)) return;
      panels.insertBefore(panel, next?.isConnected ? next : null);
      choose(code);
      part(panel, "title").focus();
      changed();
    },
  });
}

function choose(code) {
  chosen = code;
  show();
}

/** Tabs as there are panels, and the chosen one in front. */
function show() {
  const codes = [...panels.children].map((panel) => panel.dataset.tongue);
  bar.replaceChildren(...codes.map((code) => tabs().find((tab) => tab.dataset.code === code) ?? tabOf(code)));
  bar.hidden = !codes.length;
  if (!codes.length) return;
  const front = tabs()[Math.max(0, codes.indexOf(chosen))];
  draw(tabs(), [...panels.children], front);
}

function tabOf(code) {
  const tab = document.createElement("button");
  tab.type = "button";
  tab.id = `tongue-tab-${code}`;
  tab.dataset.code = code;
  tab.lang = code;
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", `tongue-${code}`);
  tab.textContent = nameOf(code);
  return tab;
}

function tabs() {
  return [...bar.children];
}

function panelOf(code) {
  return [...panels.children].find((panel) => panel.dataset.tongue === code);
}

function part(panel, which) {
  return panel.querySelector(`[name^="tongue_${which}_"]`);
}

function nameOf(code) {
  return [...picker.options].find((option) => option.value === code)?.text ?? code;
}

function changed() {
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function words(which, name) {
  return box.dataset[which].replace("{name}", name);
}
