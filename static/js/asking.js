// Requests of our own pages: JSON out and in, with the form's token. Answers {ok, status, body}; never throws.
const meta = document.querySelector('meta[name="csrf-token"]');

/** POST `data`; a token that has grown old is renewed and the request sent once more. */
export async function post(path, data) {
  const first = await send(path, data);
  if (first.status !== 400 || !first.body.csrf || !meta) return first;
  meta.content = first.body.csrf;
  return send(path, data);
}

export async function getJson(path) {
  return answer(() => fetch(path, { headers: { Accept: "application/json" } }));
}

/** The text of a page or fragment, null when it cannot be had. */
export async function getText(path) {
  try {
    const response = await fetch(path, { headers: { Accept: "text/html" } });
    return response.ok && !response.redirected ? await response.text() : null;
  } catch {
    return null;
  }
}

function send(path, data) {
  return answer(() =>
    fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": meta?.content ?? "" },
      body: JSON.stringify(data),
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
