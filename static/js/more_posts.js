// "+3 more" fetches what the day's cell had no room for when it is opened. One at a time; Escape gives the focus back.
import { getText } from "./asking.js";
import { plan } from "./plan_load.js";

async function fill(details) {
  const list = details.querySelector(".more-list");
  if (!list || details.dataset.filled) return;
  details.dataset.filled = "yes";
  const filters = plan().dataset.here.split("?")[1] ?? "";
  const text = await getText(`${details.dataset.rest}?${filters}`);
  if (text === null) {
    delete details.dataset.filled;
    return;
  }
  list.insertAdjacentHTML("afterbegin", text);
  document.dispatchEvent(new CustomEvent("plan:more"));
}

function closeOthers(kept) {
  for (const other of plan().querySelectorAll("details.more[open]")) if (other !== kept) other.open = false;
}

document.addEventListener(
  "toggle",
  (event) => {
    const details = event.target;
    if (!details.matches?.("details.more") || !details.open) return;
    closeOthers(details);
    fill(details);
  },
  { capture: true },
);
document.addEventListener("click", (event) => {
  const details = event.target.closest?.("details.more, .peek, .toast");
  closeOthers(details);
  for (const menu of document.querySelectorAll("details.filter[open], details.tabs-more[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape") return;
    const details = document.querySelector("details:is(.more, .filter, .tabs-more)[open]");
    if (!details) return;
    event.preventDefault();
    details.open = false;
    details.querySelector("summary").focus();
  },
  { capture: true },
);
document.addEventListener("plan:loaded", (event) => {
  const open = event.detail?.open;
  const details = open && plan().querySelector(`details.more[data-rest="${CSS.escape(open)}"]`);
  if (details) details.open = true;
});
