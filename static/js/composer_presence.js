// Who else is on the post that is being written. A new one has nobody until it is saved for the first time.
const form = document.querySelector("[data-compose]");
const place = document.querySelector("[data-presence]");

let presence = null;

async function begin() {
  const { uuid } = form.dataset;
  if (!uuid && !presence) return;
  presence ??= import("./presence.js");
  const { attend } = await presence;
  attend(uuid, place);
}

if (form && place) {
  begin();
  new MutationObserver(begin).observe(form, { attributeFilter: ["data-uuid"] });
  form.addEventListener("input", async () => (await presence)?.writes());
}
