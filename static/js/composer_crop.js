// The part of a picture that is shown: drawn, moved and pulled by mouse or finger, or said in numbers. The picture itself
// stays whole. It is kept as "left x top x width x height" in thousandths; all of it is nothing.
const ALL = 1000;
const LEAST = 50;
const SIDES = ["left", "top", "width", "height"];
// How far from a corner still takes hold of it.
const REACH = 24;

/** Watch all tiles of `list`. */
export function crop(list) {
  list.addEventListener("toggle", (event) => event.target.matches("[data-crop]") && draw(event.target), true);
  // The values of a tile were filled in.
  list.addEventListener("point", (event) => draw(event.target.querySelector("[data-crop]")));
  list.addEventListener("pointerdown", begin);
  list.addEventListener("change", (event) => event.target.matches("[data-crop-side]") && said(event.target.closest("[data-crop]")));
  list.addEventListener("click", (event) => {
    if (event.target.closest("[data-crop-all]")) set(event.target.closest("[data-crop]"), [0, 0, ALL, ALL]);
  });
}

function field(box) {
  return box.closest("[data-picture]").querySelector('[data-part-of="crop"]');
}

function standing(box) {
  const numbers = field(box).value.split("x").map(Number);
  return numbers.length === 4 ? numbers : [0, 0, ALL, ALL];
}

function set(box, [left, top, width, height], { quietly = false } = {}) {
  const at = (value, most) => Math.round(Math.max(0, Math.min(most, value)));
  const [x, y] = [at(left, ALL - LEAST), at(top, ALL - LEAST)];
  const [wide, high] = [Math.max(LEAST, at(width, ALL - x)), Math.max(LEAST, at(height, ALL - y))];
  field(box).value = wide === ALL && high === ALL ? "" : [x, y, wide, high].join("x");
  draw(box);
  if (!quietly) box.dispatchEvent(new Event("input", { bubbles: true }));
}

function said(box) {
  const values = SIDES.map((side) => Number(box.querySelector(`[data-crop-side="${side}"]`).value) * 10);
  set(box, values.map((value) => (Number.isFinite(value) ? value : 0)));
}

function draw(box) {
  if (!box?.open) return;
  const seen = box.closest("[data-picture]").querySelector("[data-focus] img");
  const image = box.querySelector("img");
  if (image.getAttribute("src") !== seen.getAttribute("src")) image.src = seen.getAttribute("src");
  image.width = seen.width;
  image.height = seen.height;
  const [left, top, width, height] = standing(box);
  const lines = box.querySelector("svg");
  lines.setAttribute("viewBox", `0 0 ${ALL} ${ALL}`);
  lines.setAttribute("preserveAspectRatio", "none");
  box.querySelector(".crop-out").setAttribute("d", `M0 0H${ALL}V${ALL}H0ZM${left} ${top}h${width}v${height}h${-width}Z`);
  const rect = box.querySelector("rect");
  for (const [name, value] of Object.entries({ x: left, y: top, width, height })) rect.setAttribute(name, value);
  const corners = [[left, top], [left + width, top], [left, top + height], [left + width, top + height]];
  [...box.querySelectorAll("circle")].forEach((circle, place) => {
    circle.setAttribute("cx", corners[place][0]);
    circle.setAttribute("cy", corners[place][1]);
  });
  SIDES.forEach((side, place) => {
    box.querySelector(`[data-crop-side="${side}"]`).value = [left, top, width, height][place] / 10;
  });
}

/** From a corner it is pulled, from inside it is moved, from outside a new one is drawn. */
function begin(event) {
  const stage = event.target.closest("[data-crop-stage]");
  if (!stage || event.button) return;
  event.preventDefault();
  const box = stage.closest("[data-crop]");
  const seen = stage.getBoundingClientRect();
  const where = (moved) => [((moved.clientX - seen.left) / seen.width) * ALL, ((moved.clientY - seen.top) / seen.height) * ALL];
  const start = where(event);
  const before = standing(box);
  const change = holdOf(before, start, [(REACH / seen.width) * ALL, (REACH / seen.height) * ALL]);
  const move = (moved) => set(box, change(where(moved)), { quietly: true });
  stage.setPointerCapture(event.pointerId);
  stage.addEventListener("pointermove", move);
  const end = () => {
    stage.removeEventListener("pointermove", move);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  stage.addEventListener("pointerup", end, { once: true });
  stage.addEventListener("pointercancel", end, { once: true });
}

function holdOf([left, top, width, height], [x, y], [reachX, reachY]) {
  const [right, bottom] = [left + width, top + height];
  const across = Math.abs(x - left) < reachX ? right : Math.abs(x - right) < reachX ? left : null;
  const down = Math.abs(y - top) < reachY ? bottom : Math.abs(y - bottom) < reachY ? top : null;
  if (across !== null && down !== null) return (now) => between([across, down], now);
  const whole = width === ALL && height === ALL;
  if (!whole && x > left && x < right && y > top && y < bottom) {
    return ([nowX, nowY]) => [
      Math.max(0, Math.min(ALL - width, left + nowX - x)), Math.max(0, Math.min(ALL - height, top + nowY - y)), width, height,
    ];
  }
  return (now) => between([x, y], now);
}

function between(one, other) {
  const [x1, y1, x2, y2] = [...one, ...other].map((value) => Math.max(0, Math.min(ALL, value)));
  return [Math.min(x1, x2), Math.min(y1, y2), Math.abs(x2 - x1), Math.abs(y2 - y1)];
}
