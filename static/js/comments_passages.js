// Words chosen in the text are what the next comment is about; and a comment shows the words that it is about. The text
// is the field of the composer, or, where it is only read, an element.
import { findWords } from "./comments_words.js";

const LONGEST = 500;
const field = () => document.querySelector("textarea#text");
const readText = () => document.querySelector("[data-passages]");
let chosen = null;

/** Show the buttons that lead to quoted words, where there is a text to show them in. */
export function attachPassages(panel) {
  for (const button of panel.querySelectorAll("[data-show-at]")) button.hidden = !field() && !readText();
  if (panel.dataset.attached !== undefined) return;
  panel.dataset.attached = "";
  panel.addEventListener("click", (event) => {
    const shown = event.target.closest("[data-show-at]");
    if (shown) (field() ? show : showRead)(Number(shown.dataset.showAt), shown.dataset.showQuote);
    if (event.target.closest("[data-passage-off]")) {
      dropPassage(panel);
      panel.querySelector("#new-comment").focus();
    }
  });
  panel.addEventListener("focusin", (event) => {
    if (event.target.id === "new-comment") choose(panel);
  });
  if (!field() && readText()) listen(panel);
}

export function dropPassage(panel) {
  fill(panel, "", 0);
}

/** What is chosen in the text when one turns to the comment. */
function choose(panel) {
  const text = field();
  if (!text) {
    if (chosen) fill(panel, chosen.quote, chosen.at);
    chosen = null;
    return;
  }
  if (text.selectionStart === text.selectionEnd) return;
  const quote = text.value.slice(text.selectionStart, text.selectionEnd);
  if (quote.trim() && quote.length <= LONGEST) fill(panel, quote, text.selectionStart);
  text.setSelectionRange(text.selectionEnd, text.selectionEnd);
}

/** Turning to the comment ends a selection of the page: it is remembered, and a button beside the text takes it. */
function listen(panel) {
  const take = document.querySelector("[data-passage-take]");
  const remark = () => panel.querySelector("#new-comment");
  if (!remark()) return;
  document.addEventListener("selectionchange", () => {
    const found = selected();
    // Of a click into the comment's own field, nothing is left in the text; a click elsewhere in the text takes it back.
    if (found) chosen = found.quote.length <= LONGEST ? found : null;
    else if (readText().contains(getSelection().anchorNode)) chosen = null;
    if (take) take.hidden = !chosen;
  });
  take?.addEventListener("click", () => {
    remark().focus();
    remark().scrollIntoView({ block: "center" });
    take.hidden = true;
  });
}

/** {quote, at} of the words selected in the text, null where none are. */
function selected() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!readText().contains(range.commonAncestorContainer)) return null;
  const quote = selection.toString().trim();
  const before = document.createRange();
  before.setStart(readText(), 0);
  before.setEnd(range.startContainer, range.startOffset);
  return quote ? { quote, at: before.toString().length } : null;
}

function fill(panel, quote, at) {
  const passage = panel.querySelector("[data-passage]");
  if (!passage) return;
  passage.querySelector("[data-quote]").value = quote;
  passage.querySelector("[data-at]").value = at;
  passage.querySelector("[data-passage-words]").textContent = quote ? `${panel.dataset.ofPassage}: ${quote}` : "";
  passage.hidden = !quote;
}

/** The text may have changed since the panel was made: the words are looked for, nearest to where they were. */
function show(at, quote) {
  const text = field();
  const found = findWords(text.value, quote, at);
  text.focus();
  if (found) text.setSelectionRange(...found);
}

function showRead(at, quote) {
  const text = readText();
  const found = findWords(text.textContent, quote, at);
  if (!found) return;
  const range = document.createRange();
  range.setStart(...pointOf(text, found[0]));
  range.setEnd(...pointOf(text, found[1]));
  text.focus({ preventScroll: true });
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  range.startContainer.parentElement.scrollIntoView({ block: "center" });
}

/** The text node in which the character is, and how far into it. */
function pointOf(text, place) {
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  let node = walker.nextNode();
  let left = place;
  while (left > node.data.length) {
    const next = walker.nextNode();
    if (!next) break;
    left -= node.data.length;
    node = next;
  }
  return [node, Math.min(left, node.data.length)];
}
