// Single-letter keys mean something else while one types, chooses or holds a modifier.
const FIELDS = "input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable]";

export function isTyping(event) {
  // A field keeps the focus until the next frame after its dialog has closed.
  return event.isComposing || Boolean(event.target.closest?.(FIELDS) && !event.target.closest("dialog:not([open])"));
}

export function hasModifier(event) {
  return event.ctrlKey || event.metaKey || event.altKey;
}
