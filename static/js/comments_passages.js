// Words chosen in the text are what the next comment is about; and a comment shows the words that it is about.
const LONGEST = 500;
const field = () => document.getElementById("text");

/** Show the buttons that lead to quoted words, where there is a field to show them in. */
export function attachPassages(panel) {
  for (const button of panel.querySelectorAll("[data-show-at]")) button.hidden = !field();
  if (panel.dataset.passages !== undefined) return;
  panel.dataset.passages = "";
  panel.addEventListener("click", (event) => {
    const shown = event.target.closest("[data-show-at]");
    if (shown) show(Number(shown.dataset.showAt), shown.dataset.showQuote);
    if (event.target.closest("[data-passage-off]")) {
      dropPassage(panel);
      panel.querySelector("#new-comment").focus();
    }
  });
  panel.addEventListener("focusin", (event) => {
    if (event.target.id === "new-comment") choose(panel);
  });
}

export function dropPassage(panel) {
  fill(panel, "", 0);
}

/** What is chosen in the text when one turns to the comment. */
function choose(panel) {
  const text = field();
  if (!text || text.selectionStart === text.selectionEnd) return;
  const quote = text.value.slice(text.selectionStart, text.selectionEnd);
  if (quote.trim() && quote.length <= LONGEST) fill(panel, quote, text.selectionStart);
  text.setSelectionRange(text.selectionEnd, text.selectionEnd);
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
  const places = [text.value.lastIndexOf(quote, at), text.value.indexOf(quote, at)].filter((place) => place >= 0);
  text.focus();
  if (!places.length) return;
  const start = places.reduce((one, other) => (Math.abs(other - at) < Math.abs(one - at) ? other : one));
  text.setSelectionRange(start, start + quote.length);
}
