// The values of the composer's fields in the shape that the server speaks, what differs between two such sets, and the
// way back into the fields. A plan (time, zone, which of two equal times) is one thing and travels whole.
import { collectTongues, fillTongues, sameTongues } from "./composer_languages.js";
import { collectPictures, fillPictures, samePictures } from "./composer_pictures.js";

export const PLAN = ["publish_at", "timezone", "fold"];
const WORDS = ["title", "text", "link", "language", "kind", "first_comment"];

export function collect(form) {
  const values = Object.fromEntries(WORDS.map((name) => [name, whole(form.elements[name].value)]));
  values.streams = streams(form);
  if (form.elements.places) {
    values.accounts = form.elements.places.value === "own" ? accounts(form) : null;
    values.variants = variants(form);
  }
  values.ticked = [...form.querySelectorAll("[name=ticked]:checked")].map((box) => box.value);
  if (form.elements.translations) values.translations = collectTongues();
  values.event = event(form);
  if (form.elements.pictures) values.pictures = collectPictures();
  if (form.elements.publish_date) {
    values.publish_at = moment(form.elements.publish_date.value, form.elements.publish_time.value);
    values.timezone = form.elements.timezone.value.trim();
    values.fold = fold(form);
  }
  return values;
}

/** What of `values` differs from `others`, the parts of the plan together. */
export function differing(values, others) {
  const found = {};
  for (const name of Object.keys(values)) {
    if (!PLAN.includes(name) && !same(name, values[name], others[name])) found[name] = values[name];
  }
  if (PLAN.some((name) => name in values && !same(name, values[name], others[name]))) {
    for (const name of PLAN) found[name] = values[name];
  }
  return found;
}

/** Put those of the values that are given into the fields. */
export function fill(form, values) {
  for (const name of WORDS) if (name in values) form.elements[name].value = values[name];
  if (values.streams) fillStreams(form, values.streams);
  if ("accounts" in values && form.elements.places) fillAccounts(form, values.accounts);
  if (values.variants) fillVariants(form, values.variants);
  if (values.translations && form.elements.translations) fillTongues(values.translations);
  if (values.pictures && form.elements.pictures) fillPictures(values.pictures);
  if (values.ticked) for (const box of form.querySelectorAll("[name=ticked]")) box.checked = values.ticked.includes(box.value);
  if ("event" in values) fillEvent(form, values.event);
  if ("publish_at" in values && form.elements.publish_date) {
    [form.elements.publish_date.value, form.elements.publish_time.value] = halves(values.publish_at);
    form.elements.timezone.value = values.timezone;
    for (const button of form.querySelectorAll("[name=fold]")) button.checked = Number(button.value) === values.fold;
  }
}

/** The element of a field, by the name that a problem has: `link`, `event.starts_at`, `variants.3`. */
export function fieldOf(form, name) {
  return form.querySelector(`[data-field="${CSS.escape(name)}"]`);
}

export function halves(wall) {
  const [day, clock] = (wall ?? "").split("T");
  return [day ?? "", clock ?? ""];
}

function same(name, one, other) {
  if (name === "variants") return sameVariants(one, other ?? {});
  if (name === "translations") return sameTongues(one, other);
  if (name === "pictures") return samePictures(one, other);
  if (name === "streams") return one[0] === other?.[0] && [...one].sort().join() === [...(other ?? [])].sort().join();
  if (name === "fold") return one === null || one === undefined || one === other;
  return JSON.stringify(one) === JSON.stringify(other);
}

function sameVariants(these, those) {
  return Object.keys({ ...these, ...those }).every((id) => (these[id]?.text ?? "") === (those[id]?.text ?? ""));
}

/** Half a character (an emoji cut by a paste) cannot be sent. */
function whole(text) {
  return text.toWellFormed?.() ?? text;
}

function streams(form) {
  const chosen = [...form.querySelectorAll("[name=stream]:checked")].map((box) => box.value);
  const home = form.elements.home?.value;
  return chosen.includes(home) ? [home, ...chosen.filter((handle) => handle !== home)] : chosen;
}

function accounts(form) {
  return [...form.querySelectorAll("[name=account]:checked")].map((box) => Number(box.value)).sort((a, b) => a - b);
}

function variants(form) {
  const found = {};
  for (const area of form.querySelectorAll('[name^="variant_"]')) found[area.name.slice("variant_".length)] = { text: whole(area.value) };
  return found;
}

function event(form) {
  const at = form.elements;
  if (!at.has_event?.checked || at.has_event.closest("[data-begun]")) return null;
  return {
    starts_at: moment(at.event_start_date.value, at.event_start_time.value),
    ends_at: moment(at.event_end_date.value, at.event_end_time.value),
    timezone: at.event_timezone.value.trim(),
    location: at.event_location.value,
  };
}

function fold(form) {
  const chosen = form.querySelector("[name=fold]:checked");
  return chosen ? Number(chosen.value) : null;
}

function moment(day, clock) {
  return day || clock ? `${day}T${clock}` : "";
}

function fillStreams(form, handles) {
  for (const box of form.querySelectorAll("[name=stream]")) box.checked = handles.includes(box.value);
  if (form.elements.home && handles[0]) form.elements.home.value = handles[0];
}

function fillAccounts(form, ids) {
  form.elements.places.value = ids === null ? "streams" : "own";
  for (const box of form.querySelectorAll("[name=account]")) box.checked = Boolean(ids?.includes(Number(box.value)));
}

function fillVariants(form, texts) {
  for (const area of form.querySelectorAll('[name^="variant_"]')) {
    area.value = texts[area.name.slice("variant_".length)]?.text ?? "";
  }
}

function fillEvent(form, value) {
  const at = form.elements;
  at.has_event.checked = Boolean(value);
  at.has_event.closest("fieldset").removeAttribute("data-begun");
  if (!value) return;
  [at.event_start_date.value, at.event_start_time.value] = halves(value.starts_at);
  [at.event_end_date.value, at.event_end_time.value] = halves(value.ends_at);
  at.event_timezone.value = value.timezone;
  at.event_location.value = value.location;
}
