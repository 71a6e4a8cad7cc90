// The point of a picture that must stay in sight where a place cuts it: chosen by a click or moved with the arrow keys.
// It is kept as x and y from -1 to 1, y upwards.
const STEP = 0.1;
const KEYS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };

/** Watch all tiles of `list`; `told(sentence)` announces where the point went. */
export function point(list, told) {
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-focus]");
    // A press of the keyboard has no place.
    if (!button || !event.detail) return;
    const seen = button.querySelector("img").getBoundingClientRect();
    set(button, ((event.clientX - seen.left) / seen.width) * 2 - 1, 1 - ((event.clientY - seen.top) / seen.height) * 2, told);
  });
  list.addEventListener("keydown", (event) => {
    const button = event.target.closest("[data-focus]");
    const step = KEYS[event.key];
    if (!button || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [x, y] = fields(button).map((field) => Number(field.value));
    set(button, x + step[0], y + step[1], told);
  });
  list.addEventListener("point", (event) => draw(event.target.querySelector("[data-focus]")));
}

function set(button, x, y, told) {
  const values = [x, y].map((value) => Math.round(Math.max(-1, Math.min(1, value)) * 100) / 100 + 0);
  fields(button).forEach((field, place) => {
    field.value = values[place];
  });
  draw(button);
  const { dataset } = button.closest("[data-pictures]").querySelector("template[data-tile]");
  told(dataset.point.replace("{x}", Math.round(50 + 50 * values[0])).replace("{y}", Math.round(50 - 50 * values[1])));
  button.dispatchEvent(new Event("input", { bubbles: true }));
}

function draw(button) {
  const [x, y] = fields(button).map((field) => Number(field.value));
  for (const circle of button.querySelectorAll("circle")) {
    circle.setAttribute("cx", `${50 + 50 * x}%`);
    circle.setAttribute("cy", `${50 - 50 * y}%`);
  }
}

function fields(button) {
  const tile = button.closest("[data-picture]");
  return ["focus_x", "focus_y"].map((name) => tile.querySelector(`[data-part-of="${name}"]`));
}
