// The pictures of a post: added by choosing, dropping or pasting; moved, described, taken out; and the point of each
// that stays in sight. What stands in the tiles is collected and filled in like every other field.
import { upload } from "./composer_upload.js";
import { crop } from "./composer_crop.js";
import { point } from "./composer_focus.js";
import { say } from "./toast.js";

const PARTS = ["alt", "focus_x", "focus_y", "crop", "rights", "licensed_until", "credit"];
const NUMBERS = ["focus_x", "focus_y"];
const box = document.querySelector("[data-pictures]");
const list = box?.querySelector("[data-list]");
const sample = box?.querySelector("template[data-tile]");
// Taken out, but not forgotten: undo and a change of mind bring the tile back as it was.
const known = new Map();
const underWay = new Set();

export function attach(form) {
  if (!box) return;
  for (const tile of list.children) remember(tile);
  box.querySelector("[data-file]").addEventListener("change", choose);
  list.addEventListener("click", press);
  point(list, told);
  crop(list);
  form.addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
  form.addEventListener("drop", drop);
  document.addEventListener("paste", paste);
}

/** As the server speaks of them: only what has arrived there. */
export function collectPictures() {
  return [...list.children].filter((tile) => tile.dataset.state === "ready").map(valuesOf);
}

/** Make these the pictures of the page. Those that the page has never seen are asked for. */
export function fillPictures(values) {
  const waiting = [...list.children].filter((tile) => tile.dataset.state !== "ready");
  const tiles = values.map((one) => {
    const tile = known.get(String(one.media)) ?? made(one.media);
    put(tile, one);
    return tile;
  });
  list.replaceChildren(...tiles, ...waiting);
  const unseen = tiles.filter((tile) => !tile.querySelector("img").getAttribute("src"));
  if (unseen.length) lookUp(unseen);
}

export function samePictures(these, those) {
  const plain = (values) => JSON.stringify((values ?? []).map((one) => ["media", ...PARTS].map((name) => one[name])));
  return plain(these) === plain(those);
}

/** Once all that is on its way has arrived or was refused. */
export async function settled() {
  while (underWay.size) await Promise.all(underWay);
}

function valuesOf(tile) {
  const found = { media: Number(tile.dataset.picture) };
  for (const name of PARTS) {
    const { value } = part(tile, name);
    found[name] = NUMBERS.includes(name) ? Number(value) : value;
  }
  if (found.rights === "own") found.licensed_until = "";
  found.alt = oneLine(found.alt);
  found.credit = oneLine(found.credit);
  return found;
}

function oneLine(text) {
  return (text.toWellFormed?.() ?? text).split(/\s+/).filter(Boolean).join(" ");
}

function part(tile, name) {
  return tile.querySelector(`[data-part-of="${name}"]`);
}

/** What a person is typing is left alone when it means the same. */
function put(tile, values) {
  for (const name of PARTS) {
    const field = part(tile, name);
    if (name in values && valuesOf(tile)[name] !== values[name]) field.value = values[name];
  }
  tile.dispatchEvent(new CustomEvent("point", { bubbles: true }));
}

function made(media) {
  const tile = sample.content.firstElementChild.cloneNode(true);
  number(tile, media);
  tile.dataset.state = "ready";
  remember(tile);
  return tile;
}

/** The sample's names and ids hold the number 0. */
function number(tile, media) {
  tile.dataset.picture = media;
  for (const element of tile.querySelectorAll("*")) {
    for (const name of ["id", "for", "name", "aria-describedby", "data-field", "data-problem"]) {
      const text = element.getAttribute(name);
      if (text) element.setAttribute(name, text.replace(/^(problem-)?pictures\.0/, `$1pictures.${media}`).replace(/^(picture_\w+_)0$/, `$1${media}`));
    }
  }
  tile.querySelector("[name=picture]").value = media;
}

function remember(tile) {
  known.set(tile.dataset.picture, tile);
}

function look(tile, picture) {
  const image = tile.querySelector("img");
  image.width = picture.width;
  image.height = picture.height;
  image.src = picture.small;
}

async function lookUp(tiles) {
  const ids = tiles.map((tile) => tile.dataset.picture).join(",");
  try {
    const response = await fetch(`/media?ids=${ids}`, { headers: { Accept: "application/json" } });
    const { pictures } = await response.json();
    for (const picture of pictures) look(known.get(String(picture.media)), picture);
  } catch {
    // The words stay; the picture is seen when the page is opened again.
  }
}

function choose(event) {
  add(event.target.files);
  event.target.value = "";
}

function drop(event) {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  add(event.dataTransfer.files);
}

function paste(event) {
  const files = event.clipboardData?.files ?? [];
  if (!files.length || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  add(files);
}

function holdsFiles(event) {
  return [...(event.dataTransfer?.types ?? [])].includes("Files");
}

function add(files) {
  for (const file of files) {
    const going = send(file);
    underWay.add(going);
    going.finally(() => underWay.delete(going));
  }
}

/** A picture that the server has fetched by itself. */
export function takeIn(picture, name) {
  const tile = sample.content.firstElementChild.cloneNode(true);
  list.append(tile);
  arrived(tile, picture, name);
}

async function send(file) {
  const tile = sample.content.firstElementChild.cloneNode(true);
  const name = file.name || "picture";
  tell(tile, "waiting", words("waiting", { name }));
  list.append(tile);
  const { picture, reason } = await upload(file, box.dataset.team);
  if (!picture) {
    tell(tile, "refused", words("refused", { name, reason: reason || words("offline") }));
    return;
  }
  arrived(tile, picture, name);
  part(tile, "alt").focus({ preventScroll: true });
}

function arrived(tile, picture, name) {
  number(tile, picture.media);
  look(tile, picture);
  tell(tile, "ready", words("ready", { name }));
  put(tile, picture);
  remember(tile);
  changed();
}

function tell(tile, state, sentence) {
  tile.dataset.state = state;
  tile.querySelector("[data-wait-text]").textContent = sentence;
  told(sentence);
}

function press(event) {
  const button = event.target.closest("button");
  const tile = button?.closest("[data-picture]");
  if (!tile) return;
  if (button.matches("[data-remove]")) remove(tile);
  else if (button.matches("[data-earlier]")) move(tile, tile.previousElementSibling, button);
  else if (button.matches("[data-later]")) move(tile.nextElementSibling, tile, button);
}

/** `first` goes before `second`. */
function move(first, second, button) {
  if (!first || !second) return;
  second.before(first);
  button.focus();
  const tile = button.closest("[data-picture]");
  told(words("moved", { place: [...list.children].indexOf(tile) + 1, count: list.children.length }));
  changed();
}

function remove(tile) {
  const next = tile.nextElementSibling;
  const refused = tile.dataset.state !== "ready";
  (next ?? tile.previousElementSibling)?.querySelector("[data-remove]").focus();
  tile.remove();
  if (!list.children.length) box.querySelector("[data-file]").focus();
  changed();
  if (refused) return;
  say(words("removed"), {
    undo() {
      list.insertBefore(tile, next?.isConnected ? next : null);
      tile.querySelector("[data-remove]").focus();
      changed();
    },
  });
}

function changed() {
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function told(sentence) {
  box.querySelector("[data-picture-news]").textContent = sentence;
}

function words(name, values = {}) {
  return (sample.dataset[name] ?? "").replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}
