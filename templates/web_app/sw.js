// Kept of Sluice in this browser: what its pages are made of, the calendar as last seen, an empty composer.
// What is written without a connection stays in the page's own store and is saved when the site can be reached again.
const RELEASE = "/static/{{ release }}/";
const PARTS = "sluice-parts-{{ release }}";
const PAGES = "sluice-pages";
const FILES = {{ files|tojson }};
const OFFLINE = "/offline";
const LONGEST = {{ longest }} * 1000;
const KEPT_PAGES = ["/calendar", "/posts/new"];
// What pages say is done in its order.
let turn = Promise.resolve();

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(caches.delete(PAGES));
  if (event.data?.here) event.waitUntil((turn = turn.then(() => belongTo(event.data.here))));
  if (event.data?.keep) event.waitUntil((turn = turn.then(keepComposer)));
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, address));
  else if (address.pathname.startsWith("/static/")) event.respondWith(part(request));
});

async function install() {
  const kept = await caches.open(PARTS);
  await kept.addAll([...FILES.map((name) => RELEASE + name), OFFLINE]);
  await skipWaiting();
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("sluice-parts-") && name !== PARTS);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

/** What was kept is one person's: whoever comes after them in this browser finds nothing of it. */
async function belongTo(person) {
  const whose = "/whose";
  const known = await (await caches.match(whose, { cacheName: PAGES }))?.text();
  if (known && known !== person) await caches.delete(PAGES);
  await (await caches.open(PAGES)).put(whose, new Response(person));
}

/** Offline nobody can say that a session has ended: what is kept ends as it would. */
function young(kept) {
  return kept && Date.now() - Date.parse(kept.headers.get("Date")) < LONGEST ? kept : null;
}

/** A page comes from the site; what was kept of it only when the site cannot be reached. */
async function page(request, address) {
  try {
    const answer = await fetch(request);
    await note(answer, address);
    return answer;
  } catch {
    const kept = KEPT_PAGES.includes(address.pathname) && young(await caches.match(address.pathname, { cacheName: PAGES }));
    return (kept || (await caches.match(OFFLINE, { cacheName: PARTS }))) ?? Response.error();
  }
}

/** Whoever is signed out leaves nothing of the plan behind. */
async function note(answer, address) {
  if (address.pathname === "/sign-in") await caches.delete(PAGES);
  else if (answer.ok && !answer.redirected && KEPT_PAGES.includes(address.pathname) && !(address.pathname === "/posts/new" && address.search)) {
    await (await caches.open(PAGES)).put(address.pathname, answer.clone());
  }
}

async function keepComposer() {
  const pages = await caches.open(PAGES);
  if (await pages.match("/posts/new")) return;
  const answer = await fetch("/posts/new").catch(() => null);
  if (answer?.ok && !answer.redirected) await pages.put("/posts/new", answer);
}

/** The files of a release never change. A page kept from an older one is shown with those of today. */
async function part(request) {
  const known = await caches.match(request, { cacheName: PARTS });
  if (known) return known;
  try {
    return await fetch(request);
  } catch {
    const name = new URL(request.url).pathname.replace(/^\/static\/([0-9a-f]{12}\/)?/, "");
    return (await caches.match(RELEASE + name, { cacheName: PARTS })) ?? Response.error();
  }
}
