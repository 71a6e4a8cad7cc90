// One request of the composer: JSON out and in, the form's token renewed once. Unlike `asking.js` it never waits for a
// person, so that it also serves while the page is being left.
import { renewToken } from "./session_end.js";

// Browsers let a request outlive its page only up to 64 kB, shared by all that are under way.
const MOST_BYTES_ALIVE = 60_000;

/** {ok, status, body}; status 0 when the site could not be reached. */
export async function send(path, data) {
  const first = await ask(path, data);
  if (first.status !== 400 || !first.body.csrf) return first;
  renewToken(first.body.csrf);
  return ask(path, data);
}

async function ask(path, data) {
  const body = JSON.stringify(data);
  const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body,
      keepalive: new Blob([body]).size < MOST_BYTES_ALIVE,
    });
    return { ok: response.ok, status: response.status, body: await response.json().catch(() => ({})) };
  } catch {
    return { ok: false, status: 0, body: {} };
  }
}
