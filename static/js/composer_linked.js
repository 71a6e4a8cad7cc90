// What a linked page says of itself, asked for with a press: its title where there is none yet, and its picture, whose
// rights somebody must then say.
import { takeIn } from "./composer_pictures.js";
import { renewToken, signInAgain } from "./session_end.js";

const box = document.querySelector("[data-linked]");

export function attach(form) {
  if (!box) return;
  box.hidden = false;
  box.querySelector("[data-linked-look]").addEventListener("click", (event) => look(form, event.currentTarget));
  box.querySelector("[data-linked-title]").addEventListener("click", () => use(form));
}

async function look(form, button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  tell(box.dataset.asking);
  offer("");
  const { status, body } = await ask({ team: box.dataset.team, address: form.elements.link.value });
  button.removeAttribute("aria-disabled");
  if (status !== 200) {
    tell(Object.values(body.problems ?? {}).join(" ") || body.error || box.dataset.offline);
    return;
  }
  if (body.picture) takeIn(body.picture, body.title);
  if (body.title && !form.elements.title.value.trim()) fill(form, body.title);
  else if (body.title && body.title !== form.elements.title.value.trim()) offer(body.title);
  tell([body.title && box.dataset.found.replace("{title}", body.title), body.said].filter(Boolean).join(" "));
}

function use(form) {
  fill(form, box.dataset.title);
  offer("");
  form.elements.title.focus();
}

function fill(form, title) {
  form.elements.title.value = title;
  form.elements.title.dispatchEvent(new Event("input", { bubbles: true }));
}

function offer(title) {
  box.dataset.title = title;
  box.querySelector("[data-linked-title]").hidden = !title;
}

function tell(sentence) {
  box.querySelector("[data-linked-news]").textContent = sentence;
}

async function ask(data, again = true) {
  const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";
  try {
    const response = await fetch("/linked", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify(data),
    });
    const found = { status: response.status, body: await response.json().catch(() => ({})) };
    if (again && found.status === 400 && found.body.csrf) {
      renewToken(found.body.csrf);
      return ask(data, false);
    }
    if (again && found.status === 401 && (await signInAgain(found.body))) return ask(data, false);
    return found;
  } catch {
    return { status: 0, body: {} };
  }
}
