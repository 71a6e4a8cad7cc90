// Two texts of one post, side by side. Neither is lost; the person chooses.
import { differing, fieldOf } from "./composer_values.js";
import { words } from "./words.js";

const dialog = document.querySelector("dialog[data-stale]");

/** Show both; resolves to "mine", "theirs", or null when it was only closed. `theirs` is the server's 409 answer. */
export function choose(form, mine, answer) {
  const { theirs } = answer;
  put("[data-mine-title]", mine.title || words("untitled"));
  put("[data-theirs-title]", theirs.title || words("untitled"));
  put("[data-stale-sentence]", sentence(answer));
  compare(mine.text, theirs.text);
  others(form, mine, theirs);
  if (!dialog.open) dialog.showModal();
  return new Promise((resolve) => {
    const end = (choice) => {
      dialog.removeEventListener("close", closed);
      dialog.close();
      resolve(choice);
    };
    const closed = () => end(null);
    dialog.querySelector("[data-keep-mine]").onclick = () => end("mine");
    dialog.querySelector("[data-keep-theirs]").onclick = () => end("theirs");
    dialog.addEventListener("close", closed);
  });
}

function sentence(answer) {
  if (answer.state === "published") return words("staleOut");
  return answer.by ? words("staleBy", { name: answer.by }) : words("staleByNobody");
}

/** Lines that the other text does not have are marked. */
function compare(mine, theirs) {
  mark("[data-mine-text]", mine, new Set(theirs.split("\n")));
  mark("[data-theirs-text]", theirs, new Set(mine.split("\n")));
}

function mark(place, text, known) {
  const lines = text.split("\n").map((line) => {
    if (known.has(line) || !line.trim()) return `${line}\n`;
    const marked = document.createElement("mark");
    marked.textContent = line;
    return marked;
  });
  const parts = lines.flatMap((line) => (typeof line === "string" ? [line] : [line, "\n"]));
  dialog.querySelector(place).replaceChildren(...parts);
}

function others(form, mine, theirs) {
  const names = Object.keys(differing(mine, theirs)).filter((name) => !["title", "text", "timezone", "fold"].includes(name));
  const labels = names.map((name) => label(fieldOf(form, name) ?? fieldOf(form, `${name}.starts_at`)) ?? name);
  const hint = dialog.querySelector("[data-stale-others]");
  hint.hidden = !labels.length;
  hint.textContent = words("staleOthers", { names: labels.join(", ") });
}

function label(field) {
  return (field?.labels?.[0] ?? field?.querySelector?.("legend"))?.firstChild?.textContent.trim();
}

function put(place, text) {
  dialog.querySelector(place).textContent = text;
}
