// The form of a series: only the fields of the chosen unit are shown, and the days are told while one chooses.
const form = document.querySelector("[data-series-form]");
const preview = document.querySelector("[data-series-preview]");
const WAIT = 250;
const FIELDS = /^(first|time|timezone|every|unit|own_rule|weekdays|on|short_months|end|count|until)$/;

let timer = 0;
let asking = null;

function fit() {
  for (const part of form.querySelectorAll("fieldset[data-unit]")) {
    part.hidden = !part.dataset.unit.split(" ").includes(form.elements.unit.value);
  }
}

async function answer() {
  asking?.abort();
  asking = new AbortController();
  const asked = new URLSearchParams([...new FormData(form)].filter(([name]) => FIELDS.test(name)));
  try {
    const found = await fetch(`${preview.dataset.seriesPreview}?${asked}`, { signal: asking.signal });
    if (found.ok) preview.innerHTML = await found.text();
  } catch {
    // Typed on, or offline: what stands there stays, and saving says what is wrong.
  }
}

function changed(event) {
  // A number or a day of the end is the choice of it as well.
  if (event.target.name === "count" || event.target.name === "until") {
    form.querySelector(`[name=end][value=${event.target.name}]`).checked = true;
  }
  fit();
  clearTimeout(timer);
  timer = setTimeout(answer, WAIT);
}

if (form && preview) {
  fit();
  form.addEventListener("input", changed);
}
