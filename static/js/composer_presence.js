// Who else is on the post that is being written. A new one has nobody until it is saved for the first time.
import { attend, writes } from "./presence.js";

const form = document.querySelector("[data-compose]");
const place = document.querySelector("[data-presence]");

function begin() {
  attend(form.dataset.uuid, place);
}

if (form && place) {
  begin();
  new MutationObserver(begin).observe(form, { attributeFilter: ["data-uuid"] });
  form.addEventListener("input", writes);
}
