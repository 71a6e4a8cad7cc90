// Marks of Markdown around what is selected in a text field, or before its lines. Each change is one step of the
// browser's own undo.
const AROUND = { bold: "**", italic: "*" };
const BEFORE = {
  heading: { has: /^#{1,6} /, put: () => "### " },
  bullets: { has: /^[-*+] /, put: () => "- " },
  numbers: { has: /^\d+[.)] /, put: (place) => `${place + 1}. ` },
  quote: { has: /^> ?/, put: () => "> ", keep: true },
};
const ITEM = /^(\s*)(?:([-*+])|(\d+)([.)])|(>)) +/;

export function mark(field, name) {
  if (AROUND[name]) around(field, AROUND[name]);
  else if (BEFORE[name]) before(field, BEFORE[name]);
}

/** Put text in place of what is selected; `select` (two places in it) is selected then, else the cursor stands behind it. */
export function put(field, text, select = [text.length, text.length]) {
  const start = field.selectionStart;
  field.focus();
  // The only way that the browser's undo knows of.
  const done = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
  if (!done) {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  field.setSelectionRange(start + select[0], start + select[1]);
}

/** Enter in a list goes on with it; in an empty item it ends the list. True when there was something to do. */
export function goOn(field) {
  if (field.selectionStart !== field.selectionEnd) return false;
  const at = field.selectionStart;
  const begin = field.value.lastIndexOf("\n", at - 1) + 1;
  const line = field.value.slice(begin, at);
  const item = ITEM.exec(line);
  if (!item) return false;
  if (line === item[0]) {
    field.setSelectionRange(begin, at);
    put(field, "");
    return true;
  }
  const sign = item[2] ?? item[5] ?? `${Number(item[3]) + 1}${item[4]}`;
  put(field, `\n${item[1]}${sign} `);
  return true;
}

function around(field, sign) {
  const { selectionStart: start, selectionEnd: end, value } = field;
  const long = sign.length;
  const inner = value.slice(start, end);
  const alone = (side) => sign.length > 1 || side !== "**";
  const inside = inner.length > 2 * long && inner.startsWith(sign) && inner.endsWith(sign) && alone(inner.slice(0, 2));
  const outside = value.slice(start - long, start) === sign && value.slice(end, end + long) === sign && alone(value.slice(start - 2, start));
  if (inside) {
    const bare = inner.slice(long, -long);
    put(field, bare, [0, bare.length]);
  } else if (outside && start >= long) {
    field.setSelectionRange(start - long, end + long);
    put(field, inner, [0, inner.length]);
  } else {
    // Markdown wants its signs at the words, not at the blanks beside them.
    const [, left, core, right] = /^(\s*)([^]*?)(\s*)$/.exec(inner);
    put(field, `${left}${sign}${core}${sign}${right}`, [left.length + long, left.length + long + core.length]);
  }
}

function before(field, { has, put: sign, keep }) {
  const { value } = field;
  const begin = value.lastIndexOf("\n", field.selectionStart - 1) + 1;
  const last = value.indexOf("\n", Math.max(field.selectionEnd - 1, field.selectionStart));
  const end = last < 0 ? value.length : last;
  const lines = value.slice(begin, end).split("\n");
  const filled = (line) => line.trim() || lines.length === 1;
  const all = lines.every((line) => !filled(line) || has.test(line));
  let place = -1;
  const made = lines.map((line) => {
    if (!filled(line)) return line;
    place += 1;
    if (all) return line.replace(has, "");
    return sign(place) + (keep ? line : bare(line));
  });
  const text = made.join("\n");
  field.setSelectionRange(begin, end);
  put(field, text, lines.length > 1 ? [0, text.length] : [text.length, text.length]);
}

/** A line without another sign of its kind: a heading that becomes a list is a heading no more. */
function bare(line) {
  return line.replace(/^(#{1,6} |[-*+] |\d+[.)] )/, "");
}
