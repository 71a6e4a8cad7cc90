// Follow page: ticked streams flow into one address. Without this file the form asks the server for the same.
import "./copy_text.js";

const form = document.querySelector("[data-follow]");
for (const button of document.querySelectorAll(".url [data-copy]")) button.hidden = false;

if (form) {
  for (const one of form.querySelectorAll("[data-without-script]")) one.hidden = true;
  const load = form.querySelector("[data-load]");
  const body = form.querySelector("[data-chosen]");

  const addresses = (ticked) => {
    const handles = ticked.map((box) => box.value).sort();
    const stem = `${location.origin}/follow/${handles.join("+")}`;
    const ics = `${stem}.ics`;
    const webcal = ics.replace(/^https?:/, "webcal:");
    const outlook = `/calendar/0/addfromweb?url=${encodeURIComponent(ics)}&name=${encodeURIComponent(ticked.map((box) => box.dataset.name).join(", "))}`;
    return {
      ics, webcal, atom: `${stem}.atom`, rss: `${stem}.rss`, json: `${stem}.json`, opml: `${stem}.opml`,
      google: `https://calendar.google.com/calendar/r?cid=${encodeURIComponent(webcal)}`,
      outlook: `https://outlook.live.com${outlook}`,
      office: `https://outlook.office.com${outlook}`,
    };
  };

  const sentence = (ticked) => {
    if (!ticked.length) return load.dataset.none;
    const count = ticked.length === 1 ? load.dataset.one : load.dataset.many.replace("%s", ticked.length);
    const week = Math.round(ticked.reduce((sum, box) => sum + Number(box.dataset.week), 0));
    return week ? `${count}, ${load.dataset.week.replace("%s", week)}` : count;
  };

  const draw = () => {
    const ticked = [...form.querySelectorAll("[name='s']:checked")];
    for (const current of form.querySelectorAll("[data-for]")) {
      current.classList.toggle("off", !ticked.some((box) => box.value === current.dataset.for));
    }
    load.textContent = sentence(ticked);
    body.hidden = !ticked.length;
    if (!ticked.length) return;
    const to = addresses(ticked);
    for (const link of form.querySelectorAll("[data-door]")) link.href = to[link.dataset.door];
    for (const text of form.querySelectorAll("[data-door-text]")) text.textContent = to[text.dataset.doorText];
    const query = ticked.map((box) => `s=${box.value}`).join("&");
    history.replaceState(null, "", `/?${query}`);
  };

  form.addEventListener("change", draw);
  form.addEventListener("submit", (event) => event.preventDefault());
  draw();
}
