// The quiet line beside the heading that says how saving goes: "Saved 10:19".
const place = document.querySelector("[data-saved]");
let delay = 0;

/** `quietly`: only if it lasts, so that the line does not flicker at every save. */
export function say(text, { bad = false, quietly = false } = {}) {
  clearTimeout(delay);
  if (quietly) {
    delay = setTimeout(() => put(text, false), 500);
    return;
  }
  put(text, bad);
}

export function clock(instant) {
  return new Date(instant).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export function sayWithButton(text, label, act) {
  clearTimeout(delay);
  put(text, true);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = label;
  button.addEventListener("click", act);
  place.append(" ", button);
}

function put(text, bad) {
  place.toggleAttribute("data-bad", bad);
  if (place.textContent !== text) place.textContent = text;
}
