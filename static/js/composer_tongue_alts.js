// The words for the post's pictures in a further language: in its panel stands a field for each picture that the post
// shows, in their order. What was written for a picture that is taken out comes back with it.
const box = document.querySelector("[data-tongues]");
const sample = box?.querySelector("template[data-tongue-alt]");
const pictures = document.querySelector("[data-pictures] [data-list]");
const written = new WeakMap();

/** `name` gives the name of a language by its code. */
export function attachAlts(panels, name) {
  const all = () => {
    for (const panel of panels.children) syncAlts(panel, name);
  };
  if (pictures) new MutationObserver(all).observe(pictures, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-state", "src"] });
}

/** By the number of the picture, those that say something. */
export function collectAlts(panel, name) {
  syncAlts(panel, name);
  const found = {};
  for (const row of rowsOf(panel)) {
    const text = field(row).value.toWellFormed().split(/\s+/).filter(Boolean).join(" ");
    if (text) found[row.dataset.altOf] = text;
  }
  return found;
}

/** What a person is typing is left alone when it means the same. */
export function fillAlts(panel, alts, name) {
  const now = collectAlts(panel, name);
  keptOf(panel).clear();
  for (const [media, text] of Object.entries(alts ?? {})) keptOf(panel).set(media, text);
  for (const row of rowsOf(panel)) {
    const { altOf } = row.dataset;
    if ((now[altOf] ?? "") !== (alts?.[altOf] ?? "")) field(row).value = alts?.[altOf] ?? "";
  }
}

export function syncAlts(panel, name) {
  const tiles = [...(pictures?.children ?? [])].filter((tile) => tile.dataset.state === "ready");
  const list = panel.querySelector("[data-tongue-alts]");
  const held = new Map(rowsOf(panel).map((row) => [row.dataset.altOf, row]));
  for (const [media, row] of held) keptOf(panel).set(media, field(row).value);
  const rows = tiles.map((tile) => held.get(tile.dataset.picture) ?? made(panel, tile.dataset.picture));
  if (rows.some((row, place) => list.children[place] !== row) || list.children.length !== rows.length) list.replaceChildren(...rows);
  for (const [place, row] of rows.entries()) look(row, tiles[place], place + 1, name(panel.dataset.tongue));
}

function made(panel, media) {
  const row = sample.content.firstElementChild.cloneNode(true);
  const { tongue: code } = panel.dataset;
  row.dataset.altOf = media;
  for (const element of row.querySelectorAll("*")) {
    for (const attribute of ["id", "for", "aria-describedby", "data-field", "data-problem"]) {
      const text = element.getAttribute(attribute);
      if (text) element.setAttribute(attribute, text.replace("translations.0.alts.0", `translations.${code}.alts.${media}`));
    }
  }
  field(row).name = `tongue_alt_${code}_${media}`;
  field(row).lang = code;
  field(row).value = keptOf(panel).get(media) ?? "";
  return row;
}

function look(row, tile, number, name) {
  const image = row.querySelector("img");
  const { src, width, height } = tile.querySelector("img");
  if (src && image.src !== src) Object.assign(image, { src, width, height });
  const said = box.dataset.alt.replace("{number}", number).replace("{name}", name);
  const label = row.querySelector("label");
  if (label.textContent !== said) label.textContent = said;
}

function rowsOf(panel) {
  return [...panel.querySelector("[data-tongue-alts]").children];
}

function field(row) {
  return row.querySelector("textarea");
}

function keptOf(panel) {
  if (!written.has(panel)) written.set(panel, new Map());
  return written.get(panel);
}
