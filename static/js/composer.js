// The composer. One behaviour per file; here they meet.
import * as address from "./composer_address.js";
import * as counter from "./composer_counter.js";
import * as languages from "./composer_languages.js";
import * as linked from "./composer_linked.js";
import * as event from "./composer_event.js";
import "./composer_menu.js";
import * as pictures from "./composer_pictures.js";
import * as preview from "./composer_preview.js";
import "./composer_presence.js";
import * as problems from "./composer_problems.js";
import { comeBack, leaveFor } from "./composer_return.js";
import * as saving from "./composer_saving.js";
import * as spelling from "./composer_spelling.js";
import { state } from "./composer_state.js";
import "./composer_standing.js";
import * as tabs from "./composer_tabs.js";
import * as time from "./composer_time.js";
import * as toolbar from "./composer_toolbar.js";

// A page of a new post has no addresses for its steps yet.
const PATHS = { schedule: "schedule", "next slot": "schedule", review: "review", approve: "approval", publish: "publication" };
const form = document.querySelector("[data-compose]");
let isGoing = false;

/** Save first; then the step that was pressed is an ordinary form that is sent. */
async function submit(event) {
  if (isGoing) return;
  const button = event.submitter;
  event.preventDefault();
  problems.forgetSummary();
  const step = button?.dataset.step;
  await pictures.settled();
  if (step === "discard") saving.giveUp();
  else if (!(await saving.flush())) {
    problems.summarise();
    return;
  }
  // A form cannot be sent again while it is still telling that it is being sent.
  if (step) setTimeout(() => go(button, step));
}

function go(button, step) {
  isGoing = true;
  // The steps may have been made anew while the page was saved: what was pressed counts.
  if (!button.isConnected) {
    button.hidden = true;
    form.append(button);
  }
  if (state.uuid && !button.hasAttribute("formaction")) {
    button.setAttribute("formaction", `/posts/${state.uuid}/${PATHS[step]}`);
    if (step === "next slot") {
      button.name = "slot";
      button.value = "next";
    }
  }
  setHidden("version", state.version);
  setHidden("csrf_token", document.querySelector("meta[name=csrf-token]").content);
  leaveFor();
  form.requestSubmit(button);
}

function setHidden(name, value) {
  const input = form.elements[name] ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
  input.value = value;
}

function press(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    form.querySelector("[data-primary]")?.click();
  } else if (event.key === "Enter" && event.target.name === "title" && !event.isComposing) {
    event.preventDefault();
    form.elements.text.focus();
  }
}

if (form) {
  form.toggleAttribute("data-live", true);
  problems.attach(form);
  time.attach(form);
  counter.attach(form);
  tabs.attach(form);
  address.attach(form);
  event.attach(form);
  spelling.attach(form);
  languages.attach();
  toolbar.attach(form);
  pictures.attach(form);
  linked.attach(form);
  preview.attach(form);
  saving.start(form);
  saving.afterSaving(() => form.dispatchEvent(new Event("look")));
  form.addEventListener("submit", submit);
  document.addEventListener("keydown", press);
  comeBack(form);
  document.addEventListener("standing", (event) => {
    saving.follow(Number(event.detail.version), event.detail.state);
    form.dispatchEvent(new Event("look"));
  });
  // Coming back by the back button to a page that had been sent.
  addEventListener("pageshow", () => {
    isGoing = false;
  });
}
