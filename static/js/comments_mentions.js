// After an @ the names of colleagues are offered: arrows choose, Enter or Tab takes, Escape puts the list away.
const MOST = 6;
let list = null;
let field = null;
let names = [];
let at = 0;

export function attachMentions(panel) {
  panel.addEventListener("input", (event) => {
    if (event.target.matches("[data-mentions]")) offer(event.target, panel);
  });
  panel.addEventListener("keydown", press);
  panel.addEventListener("focusout", () => setTimeout(close));
}

function offer(target, panel) {
  const begun = begunIn(target);
  const all = JSON.parse(panel.querySelector("[data-members]").dataset.members);
  names = begun === null ? [] : all.filter((name) => fits(name, begun)).slice(0, MOST);
  if (!names.length) return close();
  if (field !== target) close();
  field = target;
  at = 0;
  list ??= make(target);
  list.replaceChildren(...names.map(option));
  mark();
}

/** What has been typed after the last @, null where there is none. */
function begunIn(target) {
  const found = /(?:^|[^\p{L}\p{N}_])@([\p{L}\p{N}_'’. -]{0,40})$/u.exec(target.value.slice(0, target.selectionStart));
  return found ? found[1].toLowerCase() : null;
}

function fits(name, begun) {
  const small = name.toLowerCase();
  return small !== begun && (small.startsWith(begun) || small.split(" ").some((part) => part.startsWith(begun)));
}

function make(target) {
  const made = Object.assign(document.createElement("ul"), { className: "mention-list panel", id: "mention-list" });
  made.setAttribute("role", "listbox");
  made.setAttribute("aria-label", target.labels[0].textContent);
  // The field keeps the focus; and only when the finger is lifted is the list put away, so that nothing below it is tapped.
  for (const kind of ["pointerdown", "mousedown"]) made.addEventListener(kind, (event) => event.preventDefault());
  made.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (chosen) take(names[[...made.children].indexOf(chosen)]);
  });
  target.after(made);
  for (const [name, value] of Object.entries({ "aria-autocomplete": "list", "aria-controls": "mention-list" })) target.setAttribute(name, value);
  return made;
}

function option(name, place) {
  const made = Object.assign(document.createElement("li"), { id: `mention-${place}`, textContent: name });
  made.setAttribute("role", "option");
  return made;
}

function press(event) {
  if (!list || event.target !== field || event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    at = (at + (event.key === "ArrowDown" ? 1 : names.length - 1)) % names.length;
    mark();
  } else if (event.key === "Enter" || event.key === "Tab") take(names[at]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function mark() {
  [...list.children].forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
  field.setAttribute("aria-activedescendant", `mention-${at}`);
}

function take(name) {
  const end = field.selectionStart;
  const start = field.value.lastIndexOf("@", end - 1);
  field.setRangeText(`@${name} `, start, end, "end");
  close();
}

function close() {
  list?.remove();
  for (const name of ["aria-autocomplete", "aria-controls", "aria-activedescendant"]) field?.removeAttribute(name);
  list = field = null;
}
