// One text for all places, or an own one for a place: tabs over the panels that the page has anyway.
import { words } from "./words.js";

export function attach(form) {
  const bar = form.querySelector("[data-tabs]");
  const panels = [...form.querySelectorAll("[data-panel]")];
  if (!bar || panels.length < 2) return;
  bar.setAttribute("role", "tablist");
  const tabs = panels.map((panel) => tabOf(panel));
  bar.replaceChildren(...tabs);
  const redraw = () => {
    const places = targets(form);
    for (const [index, panel] of panels.entries()) {
      const own = panel.dataset.panel !== "all" && panel.querySelector("textarea").value;
      tabs[index].hidden = panel.dataset.panel !== "all" && !places.has(panel.dataset.panel) && !own;
      if (panel.dataset.panel !== "all") tabs[index].querySelector(".own").textContent = words(own ? "own" : "same");
    }
    bar.hidden = tabs.filter((tab) => !tab.hidden).length < 2;
    const chosen = tabs.find((tab) => tab.getAttribute("aria-selected") === "true" && !tab.hidden) ?? tabs[0];
    draw(tabs, panels, chosen);
  };
  bar.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) draw(tabs, panels, tab);
  });
  bar.addEventListener("keydown", (event) => walk(event, tabs, panels));
  form.addEventListener("input", redraw);
  form.addEventListener("change", redraw);
  redraw();
}

/** The panel in which this field is comes to the front: a summary of problems leads there. */
export function reveal(field) {
  const panel = field.closest("[data-panel]");
  if (panel?.hidden) document.getElementById(`tab-${panel.dataset.panel}`)?.click();
}

function tabOf(panel) {
  const tab = document.createElement("button");
  tab.type = "button";
  tab.id = `tab-${panel.dataset.panel}`;
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", panel.id);
  tab.append(panel.dataset.name);
  if (panel.dataset.panel !== "all") {
    const own = document.createElement("span");
    own.className = "own";
    tab.append(" ", own);
  }
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", tab.id);
  return tab;
}

/** This tab and its panel in front. */
export function draw(tabs, panels, chosen) {
  for (const [index, tab] of tabs.entries()) {
    tab.setAttribute("aria-selected", String(tab === chosen));
    tab.tabIndex = tab === chosen ? 0 : -1;
    panels[index].hidden = tab !== chosen;
  }
}

/** The arrows go from tab to tab. */
export function walk(event, tabs, panels) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const shown = tabs.filter((tab) => !tab.hidden);
  const next = shown[(shown.indexOf(document.activeElement) + step + shown.length) % shown.length];
  event.preventDefault();
  draw(tabs, panels, next);
  next.focus();
}

/** The accounts the post goes to as the page stands: its own choice, or those of its streams. */
function targets(form) {
  if (form.elements.places?.value === "own") {
    return new Set([...form.querySelectorAll("[name=account]:checked")].map((box) => box.value));
  }
  const ofStreams = [...form.querySelectorAll("[name=stream]:checked")].flatMap((box) => box.dataset.accounts.split(","));
  return new Set(ofStreams.filter(Boolean));
}
