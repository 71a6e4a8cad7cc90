// Requests of our own pages: JSON out and in, with the form's token. Answers {ok, status, body}; never throws.
import { renewToken, signInAgain } from "./session_end.js";

/** POST `data`. An old token is renewed, an ended session asks for the password, and the request goes on. */
export async function post(path, data) {
  const first = await send(path, data);
  if (first.status === 400 && first.body.csrf) {
    renewToken(first.body.csrf);
    return send(path, data);
  }
  if (first.status === 401 && (await signInAgain(first.body))) return send(path, data);
  return first;
}

/** As `post`, without asking anybody to sign in: for what runs by itself. */
export async function postQuietly(path, data, options = {}) {
  const first = await send(path, data, options);
  if (first.status !== 400 || !first.body.csrf) return first;
  renewToken(first.body.csrf);
  return send(path, data, options);
}

/** GET without asking anybody to sign in: for what runs by itself. */
export async function getJson(path) {
  return answer(() => fetch(path, { headers: { Accept: "application/json" } }));
}

/** The text of a page or fragment, null when it cannot be had. */
export async function getText(path) {
  return (await askFor(path))?.text ?? null;
}

/** As `getText`, with headers of the question and of the answer: {text, headers} or null. */
export async function askFor(path, headers = {}) {
  try {
    const response = await fetch(path, { headers: { Accept: "text/html", ...headers } });
    if (response.status === 401 && (await signInAgain(await response.json()))) return await askFor(path, headers);
    return response.ok && !response.redirected ? { text: await response.text(), headers: response.headers } : null;
  } catch {
    return null;
  }
}

function send(path, data, options = {}) {
  const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";
  return answer(() =>
    fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify(data),
      ...options,
    }),
  );
}

async function answer(ask) {
  try {
    const response = await ask();
    const body = await response.json().catch(() => ({}));
    return { ok: response.ok, status: response.status, body };
  } catch {
    return { ok: false, status: 0, body: {} };
  }
}
