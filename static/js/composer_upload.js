// One file on its way to the server. Never throws: answers {picture} or {reason}.
import { renewToken, signInAgain } from "./session_end.js";

const MOST_BYTES = 20 * 1024 * 1024;

/** Send the file for the team; an old token is renewed, an ended session asks for the password, and it goes on. */
export async function upload(file, team) {
  const first = await send(file, team);
  if (first.status === 400 && first.body.csrf) {
    renewToken(first.body.csrf);
    return outcome(await send(file, team));
  }
  if (first.status === 401 && (await signInAgain(first.body))) return outcome(await send(file, team));
  return outcome(first);
}

async function send(file, team) {
  const body = new FormData();
  // What is too large is not sent in vain: its beginning is enough to be told so.
  body.set("file", file.size > MOST_BYTES ? file.slice(0, MOST_BYTES + 1) : file, file.name || "picture");
  body.set("team", team);
  const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";
  try {
    const response = await fetch("/media", { method: "POST", headers: { Accept: "application/json", "X-CSRFToken": token }, body });
    return { status: response.status, body: await response.json().catch(() => ({})) };
  } catch {
    return { status: 0, body: {} };
  }
}

function outcome({ status, body }) {
  if (status === 201) return { picture: body.picture };
  return { reason: Object.values(body.problems ?? {}).join(" ") || body.error || "" };
}
