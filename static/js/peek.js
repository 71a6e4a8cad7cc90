// A post opens beside the plan. The address names it, so that it can be sent, and Back closes it.
import { getText } from "./asking.js";
import { moveById } from "./move_post.js";
import { once } from "./pressed_early.js";
import { go } from "./plan_go.js";
import { plan } from "./plan_load.js";
import { take } from "./steps.js";
import { say } from "./toast.js";
import { words } from "./words.js";

const panel = document.getElementById("peek");
const frame = document.querySelector("[data-with-peek]");
let shown = new URL(location.href).searchParams.get("post");
let cameFrom = null;
let asked = 0;
const presence = once(() => import("./presence.js"));
const attend = (...post) => presence((there) => there.attend(...post));

/** What is asked for last counts: an answer that comes late opens nothing that was closed or left meanwhile. */
async function open(id, { focus = false, push = true } = {}) {
  const mine = ++asked;
  const text = await getText(`/posts/${id}/peek`);
  if (mine !== asked) return;
  if (text === null) {
    say(words("unreachable"));
    return;
  }
  panel.innerHTML = text;
  panel.hidden = false;
  frame.classList.add("has-peek");
  shown = id;
  attend(id, panel.querySelector("[data-presence]"));
  mark();
  if (push) history.pushState({ post: id }, "", address(id));
  if (focus) panel.querySelector("[data-peek-title]")?.focus();
}

function close({ push = true } = {}) {
  asked += 1;
  if (panel.hidden) return;
  const hadFocus = panel.contains(document.activeElement);
  panel.hidden = true;
  panel.replaceChildren();
  frame.classList.remove("has-peek");
  if (push) history.pushState({}, "", address(null));
  if (hadFocus) linkOf(cameFrom ?? shown)?.focus();
  shown = null;
  attend(null);
  mark();
}

function address(id) {
  const url = new URL(plan().dataset.here, location.origin);
  if (id) url.searchParams.append("post", id);
  return url.pathname + url.search.replaceAll("%2B", "+");
}

function linkOf(id) {
  return id ? plan().querySelector(`[data-post="${CSS.escape(id)}"]`) : null;
}

function mark() {
  for (const link of plan().querySelectorAll("[data-post]")) {
    if (link.dataset.post === shown) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function click(event) {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.("[data-post], [data-peek]");
  if (link && plan().contains(link)) {
    event.preventDefault();
    cameFrom = link.dataset.post ?? link.dataset.peek;
    // A click without a pointer is Enter: the focus goes along.
    open(cameFrom, { focus: event.detail === 0 });
  } else if (event.target.closest?.("[data-peek-close]")) {
    event.preventDefault();
    close();
  }
}

/** Take the time away of the post that is open. */
async function submitOpen(event) {
  const form = event.target.closest?.("[data-open-form]");
  if (!form) return;
  event.preventDefault();
  const id = form.dataset.openForm;
  await take([{ do: "open", id, version: Number(form.elements.version.value) }], { title: panel.querySelector("[data-peek-title]").textContent });
  if (shown === id) open(id, { push: false });
}

async function submit(event) {
  const form = event.target.closest?.("[data-move-form]");
  if (!form) return;
  event.preventDefault();
  const id = form.dataset.moveForm;
  const title = panel.querySelector("[data-peek-title]").textContent;
  await moveById(id, title, form.elements.date.value, Number(form.elements.version.value));
  if (shown === id) open(id, { push: false });
}

document.addEventListener("click", click);
document.addEventListener("submit", submit);
document.addEventListener("submit", submitOpen);
document.addEventListener("plan:loaded", mark);
document.addEventListener("plan:went", () => close({ push: false }));
document.addEventListener("post:moved", (event) => {
  if (event.detail.id !== shown) return;
  if (event.detail.gone) close();
  else if (!panel.contains(document.activeElement)) open(shown, { push: false });
});
document.addEventListener("live:changes", ({ detail }) => {
  const changed = detail.lost || detail.changes.some((one) => one.kind === "stream" || (one.kind === "post" && one.post === shown));
  if (shown && changed && !panel.contains(document.activeElement)) open(shown, { push: false });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) close();
});
addEventListener("popstate", async () => {
  const url = new URL(location.href);
  if (url.pathname !== "/calendar") return;
  const post = url.searchParams.get("post");
  const here = new URL(plan().dataset.here, location.origin).searchParams;
  const elsewhere = ["view", "date", "streams", "states", "person", "q", "sort", "page"].some(
    (name) => (url.searchParams.get(name) ?? (name === "q" ? "" : here.get(name))) !== (here.get(name) ?? ""),
  );
  if (elsewhere && !(await go(url.pathname + url.search, { push: false, quietly: true }))) {
    location.reload();
    return;
  }
  if (post) open(post, { push: false });
  else close({ push: false });
});
if (shown) attend(shown, panel.querySelector("[data-presence]"));
