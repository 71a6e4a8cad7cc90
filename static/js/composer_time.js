// Times: a free slot or another way out of an impossible time is one press. The server says what is possible.
import { fill } from "./composer_values.js";

export function attach(form) {
  form.addEventListener("click", (event) => {
    const slot = event.target.closest("[data-slot]");
    const way = event.target.closest("[data-way]");
    if (slot) {
      event.preventDefault();
      plan(form, slot.dataset.slot, slot.dataset.zone, slot.dataset.fold);
      for (const other of form.querySelectorAll("[data-slot]")) other.setAttribute("aria-pressed", String(other === slot));
    } else if (way) {
      event.preventDefault();
      plan(form, way.dataset.way, form.elements.timezone.value, null);
      form.elements.publish_time.focus();
    }
  });
  // The home stream decides on the zone while no time has been chosen.
  form.addEventListener("change", (event) => {
    if (event.target.name === "stream" || event.target.name === "home") drawHome(form);
  });
  drawHome(form);
}

function plan(form, wall, zone, fold) {
  fill(form, { publish_at: wall, timezone: zone, fold: fold === null ? null : Number(fold) });
  form.elements.publish_date.dispatchEvent(new Event("input", { bubbles: true }));
}

function drawHome(form) {
  const row = form.querySelector("[data-home-row]");
  if (!row) return;
  const chosen = [...form.querySelectorAll("[name=stream]:checked")].map((box) => box.value);
  const { home } = form.elements;
  row.toggleAttribute("data-one", chosen.length < 2);
  for (const option of home.options) option.hidden = option.disabled = !chosen.includes(option.value);
  if (chosen.length && !chosen.includes(home.value)) home.value = chosen[0];
}
