// Follow page: ticked streams flow into one address. Without this file the form asks the server for the same.
const form = document.querySelector("[data-follow]");

const said = Object.assign(document.createElement("p"), { className: "sr", role: "status" });
document.querySelector("main").append(said);
for (const button of document.querySelectorAll(".url [data-copy]")) {
  const address = document.querySelector(button.dataset.copy);
  delete button.dataset.later;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(address.textContent);
      said.textContent = button.dataset.copied;
      button.dataset.done = "";
      // Emptied, so that it is said again.
      setTimeout(() => { said.textContent = ""; delete button.dataset.done; }, 4000);
    } catch {
      // Not allowed here: the reader copies what is now selected.
      getSelection().selectAllChildren(address);
    }
  });
}

if (form) {
  for (const one of form.querySelectorAll("[data-without-script]")) one.hidden = true;
  const loads = document.querySelectorAll("[data-load]");
  const words = loads[0].dataset;
  const body = form.querySelector("[data-chosen]");

  // Offered only where posts can be read in more than one.
  const language = () => form.elements.lang?.value ?? "";

  const addresses = (ticked) => {
    const handles = ticked.map((box) => box.value).sort();
    const stem = `${form.dataset.home}follow/${handles.join("+")}`;
    const said = language() ? `?lang=${language()}` : "";
    const ics = `${stem}.ics${said}`;
    const webcal = ics.replace(/^https?:/, "webcal:");
    const outlook = `/calendar/0/addfromweb?url=${encodeURIComponent(ics)}&name=${encodeURIComponent(ticked.map((box) => box.dataset.name).join(", "))}`;
    return {
      ics, webcal, atom: `${stem}.atom${said}`, rss: `${stem}.rss${said}`, json: `${stem}.json${said}`, opml: `${stem}.opml${said}`,
      google: `https://calendar.google.com/calendar/r?cid=${encodeURIComponent(webcal)}`,
      outlook: `https://outlook.live.com${outlook}`,
      office: `https://outlook.office.com${outlook}`,
    };
  };

  const sentence = (ticked) => {
    if (!ticked.length) return words.none;
    const count = ticked.length === 1 ? words.one : words.many.replace("%s", ticked.length);
    const week = Math.round(ticked.reduce((sum, box) => sum + Number(box.dataset.week), 0));
    return week ? `${count}, ${words.week.replace("%s", week)}` : count;
  };

  // The address of this page says what is ticked: it can be kept, sent and loaded again.
  const page = (ticked) => {
    const parts = ticked.map((box) => `s=${box.value}`);
    const way = form.querySelector("[name='way']:checked");
    if (way && !way.defaultChecked) parts.push(`way=${way.value}`);
    if (language()) parts.push(`lang=${language()}`);
    return parts.length ? `/?${parts.join("&")}` : "/";
  };

  const draw = () => {
    const ticked = [...form.querySelectorAll("[name='s']:checked")];
    for (const current of form.querySelectorAll("[data-for]")) {
      current.classList.toggle("off", !ticked.some((box) => box.value === current.dataset.for));
    }
    const said = sentence(ticked);
    for (const load of loads) if (load.textContent !== said) load.textContent = said;
    body.hidden = !ticked.length;
    if (!ticked.length) return;
    const to = addresses(ticked);
    for (const link of form.querySelectorAll("[data-door]")) link.href = to[link.dataset.door];
    for (const text of form.querySelectorAll("[data-door-text]")) text.textContent = to[text.dataset.doorText];
  };

  form.addEventListener("change", () => {
    draw();
    history.replaceState(null, "", page([...form.querySelectorAll("[name='s']:checked")]));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const target = form.querySelector("#address");
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  });
  draw();
}
