// The form of a stream: a handle is offered from the name, and the promise is answered with its next slots.
const form = document.querySelector("[data-stream-form]");
const name = form?.elements.name;
const handle = form?.elements.handle;
const slots = document.querySelector("[data-slots]");
const WAIT = 250;

/** "Vei- og brøytemeldinger" → "vei-og-broytemeldinger": what a handle may consist of. */
export function handleFrom(text) {
  return text
    .toLowerCase()
    .replace(/æ/g, "ae")
    .replace(/ø/g, "o")
    .replace(/ß/g, "ss")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");
}

// Only until somebody writes a handle of their own.
let own = Boolean(handle?.value);
handle?.addEventListener("input", () => { own = handle.value !== ""; });
function offer() {
  if (handle && !own) handle.value = handleFrom(name.value);
}
name?.addEventListener("input", offer);
// The name may have been typed before this script was there.
offer();

let timer = 0;
let asking = null;
let shown = "";

function question() {
  const asked = new URLSearchParams();
  for (const [field, text] of new FormData(form)) {
    if (/^(cadence|timezone|exception_|pause_|quiet_)/.test(field)) asked.append(field, text);
  }
  return asked.toString();
}

async function answer() {
  const asked = question();
  if (asked === shown) return;
  asking?.abort();
  asking = new AbortController();
  try {
    const found = await fetch(`${slots.dataset.slots}?${asked}`, { signal: asking.signal });
    if (!found.ok) return;
    slots.innerHTML = await found.text();
    shown = asked;
  } catch {
    // Typed on, or offline: what stands there stays, and saving says what is wrong.
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(answer, WAIT);
}

if (form && slots) {
  shown = question();
  form.addEventListener("input", (event) => {
    if (/^(cadence|timezone|exception_|pause_|quiet_)/.test(event.target.name)) soon();
  });
}

// A promise that many make is one press; it takes the place of another of them, never of words of one's own.
const examples = form?.querySelector("[data-examples]");
const offered = [...(examples?.querySelectorAll("[data-example]") ?? [])].map((one) => one.dataset.example);
if (examples) examples.hidden = false;
examples?.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-example]")?.dataset.example;
  const { cadence } = form.elements;
  const own = cadence.value.split("\n").filter((line) => line.trim() && !offered.includes(line.trim()));
  if (chosen) cadence.value = [...own, chosen].join("\n");
  if (chosen) soon();
});

// Lists end in an empty line; more are one press away.
for (const list of form?.querySelectorAll("[data-rows]") ?? []) {
  const add = list.querySelector("[data-add-row]");
  add.hidden = false;
  add.addEventListener("click", () => {
    const last = [...list.querySelectorAll("[data-row]")].at(-1);
    const line = last.cloneNode(true);
    for (const field of line.querySelectorAll("input, select")) field.value = "";
    last.after(line);
    line.querySelector("input").focus();
  });
}
