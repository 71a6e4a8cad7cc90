// Lets the browser keep what Sluice is made of, so that it opens without a connection. Signing out leaves nothing of the plan.
const QUIET = 3000;

if ("serviceWorker" in navigator && isSecureContext) {
  navigator.serviceWorker.controller?.postMessage({ here: document.body.dataset.me });
  addEventListener("load", () => setTimeout(begin, QUIET));
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") === "/sign-out") navigator.serviceWorker.controller?.postMessage("forget");
  });
  addEventListener("offline", mark);
  addEventListener("online", mark);
  if (!navigator.onLine) mark();
}

async function begin() {
  try {
    await navigator.serviceWorker.register("/sw.js");
    const ready = await navigator.serviceWorker.ready;
    ready.active.postMessage({ here: document.body.dataset.me, keep: true });
  } catch {
    // Private windows and full disks keep nothing: Sluice then needs its connection, as before.
  }
}

function mark() {
  document.documentElement.toggleAttribute("data-offline", !navigator.onLine);
  for (const line of document.querySelectorAll("[data-no-connection]")) line.hidden = navigator.onLine;
}
