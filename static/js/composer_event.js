// An event that was only just ticked has no time yet, and that is no mistake: what is missing is said once its fields
// are left. Until then the post is saved without it. In a series the event follows the time of its post, as on the server.
import { collect, fill } from "./composer_values.js";

export function attach(form) {
  followTime(form);
  const box = form.elements.has_event;
  const group = box?.closest("fieldset");
  if (!group) return;
  const isWhole = () => Boolean(form.elements.event_start_date.value && form.elements.event_start_time.value);
  // Before whoever saves or previews hears of it: they listen at the form.
  group.addEventListener("input", (event) => {
    if (event.target === box) group.toggleAttribute("data-begun", box.checked && !isWhole());
    else if (isWhole()) group.removeAttribute("data-begun");
  });
  group.addEventListener("focusout", (event) => {
    if (!group.hasAttribute("data-begun") || !event.relatedTarget || group.contains(event.relatedTarget)) return;
    group.removeAttribute("data-begun");
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

/** As much later on the clocks as the post, counted from where both were when somebody last said when the event is. */
function followTime(form) {
  const group = form.querySelector("[data-event-follows]");
  if (!group || !form.elements.publish_date) return;
  let { publish_at: since, event } = collect(form);
  group.addEventListener("input", () => ({ publish_at: since, event } = collect(form)));
  const times = new Set([form.elements.publish_date, form.elements.publish_time]);
  // Caught before whoever saves hears of it.
  form.addEventListener("input", (happened) => {
    if (!times.has(happened.target)) return;
    const { publish_at: now, event: stands } = collect(form);
    const by = Date.parse(`${now}Z`) - Date.parse(`${since}Z`);
    if (!event || !stands || Number.isNaN(by)) return;
    fill(form, { event: { ...stands, starts_at: later(event.starts_at, by), ends_at: later(event.ends_at, by) } });
  }, true);
}

/** A time of the clocks, so many milliseconds later on them. */
function later(wall, by) {
  const at = new Date(Date.parse(`${wall}Z`) + by);
  return Number.isNaN(at.getTime()) || at.getUTCFullYear() > 9999 ? wall : at.toISOString().slice(0, 16);
}
