// Single-letter keys mean something else while one types, chooses or holds a modifier.
const FIELDS = "input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable]";

export function isTyping(event) {
  return Boolean(event.target.closest?.(FIELDS)) || event.isComposing;
}

export function hasModifier(event) {
  return event.ctrlKey || event.metaKey || event.altKey;
}
