// How much still fits, shown near a limit that really exists; what is too much is shown, nothing is cut off.
import { fieldOf } from "./composer_values.js";
import { words } from "./words.js";

const NEAR = 20;

export function attach(form) {
  // Looked for each time: languages come and go.
  const draw = () => form.querySelectorAll("[data-counter]").forEach((place) => count(place, fieldOf(form, place.dataset.counter)));
  form.addEventListener("input", draw);
  draw();
}

/** Characters as the server counts them: code points, not halves of them. */
function count(place, field) {
  const limit = Number(place.dataset.limit);
  const characters = [...field.value];
  const left = limit - characters.length;
  place.hidden = left > Math.min(limit / 4, 500);
  if (place.hidden) return;
  place.dataset.level = left < 0 ? "over" : left <= NEAR ? "near" : "";
  place.textContent = left < 0 ? words("over", { number: -left }) : words("left", { number: left });
  if (left < 0) {
    const rest = document.createElement("mark");
    rest.textContent = characters.slice(limit, limit + 2000).join("");
    place.append(" ", rest);
  }
}
