// A link in the text: its words and its address are asked for, and what is selected is taken along.
import { put } from "./composer_marks.js";

const dialog = document.querySelector("[data-link-dialog]");
const LINK = /\[((?:\\.|[^\]\\])*)\]\((?:<([^>\n]*)>|([^\s)]*))\)/g;
let field = null;
let place = [0, 0];

export function askForLink(to) {
  field = to;
  const [words, address] = selected(field);
  place = [field.selectionStart, field.selectionEnd];
  const at = dialog.querySelector("form").elements;
  at.words.value = words;
  at.address.value = address;
  tell("");
  dialog.showModal();
  (words ? at.address : at.words).focus();
}

/** A paste of nothing but an address over selected words makes them a link. True when it did. */
export function linkByPaste(to, pasted) {
  const words = to.value.slice(to.selectionStart, to.selectionEnd);
  if (!words.trim() || words.includes("\n") || leading(words) || !/^https?:\/\/\S+$/.test(pasted.trim())) return false;
  put(to, written(words, pasted.trim()));
  return true;
}

/** The words and the address of the link around the cursor, which is then selected; or what is selected. */
function selected({ value, selectionStart, selectionEnd }) {
  for (const found of value.matchAll(LINK)) {
    const end = found.index + found[0].length;
    if (found.index <= selectionStart && selectionEnd <= end) {
      field.setSelectionRange(found.index, end);
      return [found[1].replace(/\\([\\[\]])/g, "$1"), found[2] ?? found[3]];
    }
  }
  const words = value.slice(selectionStart, selectionEnd);
  return leading(words) ? ["", words.trim()] : [words.replace(/\s+/g, " "), ""];
}

function leading(words) {
  return /^\s*https?:\/\/\S+\s*$/.test(words);
}

function written(words, address) {
  const shown = words.trim().replace(/[\\[\]]/g, "\\$&");
  const target = /[\s()<>]/.test(address) ? `<${address.replace(/[<>]/g, encodeURIComponent)}>` : address;
  return shown ? `[${shown}](${target})` : `<${address}>`;
}

/** The address as it can be followed, or nothing. */
function whole(typed) {
  const address = typed.trim();
  if (/^(https?:\/\/|mailto:)\S+$/i.test(address)) return address;
  if (/^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/.test(address)) return `mailto:${address}`;
  return /^[\w-]+(\.[\w-]+)+([/?#]\S*)?$/.test(address) ? `https://${address}` : "";
}

function tell(sentence) {
  const place = dialog.querySelector('[data-problem="link-address"]');
  place.hidden = !sentence;
  place.querySelector("span").textContent = sentence;
  dialog.querySelector("[name=address]").toggleAttribute("aria-invalid", Boolean(sentence));
}

/** Into the text, to what was selected there. */
function back() {
  field.focus();
  field.setSelectionRange(...place);
}

function take(event) {
  event.preventDefault();
  const at = event.target.elements;
  const address = whole(at.address.value);
  if (!address) {
    tell(dialog.dataset.wrong);
    at.address.focus();
    return;
  }
  dialog.close();
  back();
  put(field, written(at.words.value, address));
}

dialog?.querySelector("form").addEventListener("submit", take);
dialog?.querySelector("[data-cancel]").addEventListener("click", () => {
  dialog.close();
  back();
});
// Escape, too, goes back into the text.
dialog?.addEventListener("cancel", () => setTimeout(back));
