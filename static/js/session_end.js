// When the session has run out, the person signs in over the page: nothing on it is lost, and what they asked for goes on.
const dialog = document.querySelector("dialog[data-again]");
const form = dialog?.querySelector("form");
const error = dialog?.querySelector("[data-again-error]");
let token = "";
let waiting = null;

/** Ask for the password; `body` is the answer 401. Becomes true once the person is signed in, false if they decline. */
export function signInAgain(body = {}) {
  if (!dialog) {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    return Promise.resolve(false);
  }
  token = body.csrf ?? token;
  if (!waiting) waiting = ask();
  return waiting.promise;
}

/** A fresh token for every form of the page. */
export function renewToken(fresh) {
  for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = fresh;
  document.querySelector("meta[name=csrf-token]")?.setAttribute("content", fresh);
  document.body.setAttribute("hx-headers:inherited", JSON.stringify({ "X-CSRFToken": fresh }));
}

function ask() {
  let settle;
  const promise = new Promise((resolve) => {
    settle = resolve;
  });
  const focus = document.activeElement;
  error.textContent = "";
  dialog.showModal();
  form.elements.password.focus();
  dialog.addEventListener(
    "close",
    () => {
      waiting = null;
      form.elements.password.value = "";
      focus?.focus?.();
      settle(dialog.returnValue === "in");
      dialog.returnValue = "";
    },
    { once: true },
  );
  return { promise };
}

async function submit(event) {
  event.preventDefault();
  const answer = await send();
  if (answer.ok) {
    renewToken(answer.body.csrf);
    dialog.close("in");
    return;
  }
  token = answer.body.csrf ?? token;
  error.textContent = Object.values(answer.body.errors ?? {}).join(" ") || answer.body.error || error.dataset.offline;
  form.elements.password.select();
}

async function send() {
  try {
    const response = await fetch("/sign-in", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ email: form.elements.email.value, password: form.elements.password.value }),
    });
    return { ok: response.ok, body: await response.json() };
  } catch {
    return { ok: false, body: {} };
  }
}

form?.addEventListener("submit", submit);
dialog?.querySelector("[data-again-close]").addEventListener("click", () => dialog.close());
document.addEventListener("htmx:response:error", async (event) => {
  const response = event.detail?.ctx?.response;
  if (response?.status === 401) signInAgain(await fetchToken());
});

/** htmx has read its answer already; ask once more for the token that goes with signing in. */
async function fetchToken() {
  try {
    const response = await fetch(location.href, { headers: { Accept: "application/json" } });
    return response.status === 401 ? await response.json() : {};
  } catch {
    return {};
  }
}
