// What stands beside the text follows it: guidelines, what followers will see, warnings, slots, and the previews, which
// the same code makes that sends.
import { takeOver } from "./composer_parts.js";
import { collect } from "./composer_values.js";

const AFTER_LAST_KEY = 400;
let timer = 0;
let under_way = null;

export function attach(form) {
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => look(form), AFTER_LAST_KEY);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("look", () => look(form));
}

async function look(form) {
  under_way?.abort();
  under_way = new AbortController();
  const title = document.querySelector("[data-shown-title]");
  if (title && form.elements.title.value) title.textContent = form.elements.title.value;
  try {
    const response = await fetch("/posts/preview", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/html", "X-CSRFToken": token() },
      body: JSON.stringify({ uuid: form.dataset.uuid || null, ...collect(form) }),
      signal: under_way.signal,
    });
    if (response.ok) takeOver(await response.text());
  } catch {
    // Without a connection the previews stay as they were; saving says what is the matter.
  }
}

function token() {
  return document.querySelector("meta[name=csrf-token]")?.content ?? "";
}
