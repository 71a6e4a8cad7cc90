// Parts of the page that the server makes anew: each is exchanged only where it differs, and never under one's hands.

let pressed = null;
let waiting = null;

document.addEventListener("pointerdown", (event) => { pressed = event.target; }, { capture: true, passive: true });
for (const name of ["pointerup", "pointercancel"]) {
  // After the click, which comes of a press and a release on the same element.
  document.addEventListener(name, () => setTimeout(letGo), { capture: true, passive: true });
}

function letGo() {
  pressed = null;
  const html = waiting;
  waiting = null;
  if (html) takeOver(html);
}

/** Take over every [data-part] of `html` into the part of the same name on the page. */
export function takeOver(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const here = document.querySelector(`[data-part="${part.dataset.part}"]`);
    // What is being pressed stays until it is let go: the press would lead nowhere.
    if (here?.contains(pressed)) waiting = html;
    else if (here) exchange(here, part);
  }
}

function exchange(here, fresh) {
  const shown = here.dataset.made ?? here.innerHTML;
  if (shown.trim() === fresh.innerHTML.trim() || here.querySelector("details.acts-more[open]")) return;
  const held = here.contains(document.activeElement) ? mark(document.activeElement) : null;
  const open = [...here.querySelectorAll("details[open]")].map((box) => [...here.querySelectorAll("details")].indexOf(box));
  here.dataset.made = fresh.innerHTML;
  here.innerHTML = fresh.innerHTML;
  for (const place of open) here.querySelectorAll("details")[place]?.setAttribute("open", "");
  if (held) find(here, held)?.focus({ preventScroll: true });
}

/** Enough of an element to find it again in the same part. */
function mark(element) {
  const like = [...element.closest("[data-part]").querySelectorAll(element.tagName)];
  return { tag: element.tagName, name: element.name ?? "", value: element.value ?? "", place: like.indexOf(element) };
}

function find(part, held) {
  const like = [...part.querySelectorAll(held.tag)];
  return like.find((one) => held.name && one.name === held.name && one.value === held.value) ?? like[held.place];
}
