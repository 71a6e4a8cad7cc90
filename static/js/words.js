// Sentences for scripts come with the page, in the reader's language: <template data-words data-…>.
const sources = [...document.querySelectorAll("template[data-words]")];

/** The sentence of that name with {places} filled in. */
export function words(name, values = {}) {
  const text = said(name) ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** The word of a state as the page shows it: "Delivered". */
export function stateWord(state) {
  const key = state.replace("_", "-").replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
  return said(`state${key[0].toUpperCase()}${key.slice(1)}`) ?? state;
}

function said(name) {
  return sources.find((one) => name in one.dataset)?.dataset[name];
}
