// Who else is on the post that is being written. A new one has nobody until it is saved for the first time.
import { once } from "./pressed_early.js";

const form = document.querySelector("[data-compose]");
const place = document.querySelector("[data-presence]");
const presence = once(() => import("./presence.js"));
let isBegun = false;

function begin() {
  const { uuid } = form.dataset;
  isBegun ||= Boolean(uuid);
  if (isBegun) presence(({ attend }) => attend(uuid, place));
}

if (form && place) {
  begin();
  new MutationObserver(begin).observe(form, { attributeFilter: ["data-uuid"] });
  form.addEventListener("input", () => isBegun && presence(({ writes }) => writes()));
}
