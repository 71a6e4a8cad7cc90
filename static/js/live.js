// What others do, told while the page is seen: a stream of events, and where the server has no place for one more,
// a question now and then. Says `live:changes` with [{post, kind, at}], or `lost` when all should be looked at anew.
// `kind` is post, stream (of the team; `post` is empty), comment (on the post) or here (who has it open).
import { getJson } from "./asking.js";

const ASK_EVERY = 1500;
const ASK_WHEN_AWAY = 10_000;
const TRY_AGAIN = 60_000;
let after = document.querySelector("[data-news]")?.dataset.news ?? "";
let source = null;
let timer = 0;
let askUntil = 0;

function listen() {
  if (source || document.hidden) return;
  clearTimeout(timer);
  if (!globalThis.EventSource || Date.now() < askUntil) {
    timer = setTimeout(ask, ASK_EVERY);
    return;
  }
  source = new EventSource(`/calendar/events?after=${encodeURIComponent(after)}`);
  source.addEventListener("message", (event) => {
    after = event.lastEventId;
    tell(JSON.parse(event.data));
  });
  source.addEventListener("error", () => {
    // A stream that only ended is opened again by the browser, with the number of its last event.
    if (source.readyState !== EventSource.CLOSED) return;
    hush();
    askUntil = Date.now() + TRY_AGAIN;
    listen();
  });
}

async function ask() {
  if (document.hidden) return;
  const answer = await getJson(`/calendar/changes?after=${encodeURIComponent(after)}`);
  if (answer.ok) {
    after = String(answer.body.after);
    tell(answer.body);
  }
  clearTimeout(timer);
  if (answer.ok) listen();
  else timer = setTimeout(ask, ASK_WHEN_AWAY);
}

function tell({ changes, lost }) {
  if (changes.length || lost) document.dispatchEvent(new CustomEvent("live:changes", { detail: { changes, lost } }));
}

function hush() {
  source?.close();
  source = null;
}

// A page that nobody sees holds no place; what it missed it is told when it is seen again.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hush();
  else listen();
});
addEventListener("pagehide", hush);
addEventListener("pageshow", listen);
listen();
