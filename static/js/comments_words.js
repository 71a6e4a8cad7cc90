// Quoted words in a text that may have changed, or whose marks are not in the quote: found as written or by their words.

/** [start, end] of the words, the nearest to `at`; null where they are not. */
export function findWords(text, quote, at) {
  const exact = [text.lastIndexOf(quote, at), text.indexOf(quote, at)].filter((start) => start >= 0).map((start) => [start, start + quote.length]);
  const found = [...exact, ...byWords(text, quote)];
  return found.length ? found.reduce((one, other) => (Math.abs(other[0] - at) < Math.abs(one[0] - at) ? other : one)) : null;
}

function byWords(text, quote) {
  const words = quote.match(/[\p{L}\p{N}\p{M}]+/gu);
  if (!words) return [];
  return [...text.matchAll(new RegExp(words.join("[^\\p{L}\\p{N}\\p{M}]+"), "gu"))].map((found) => [found.index, found.index + found[0].length]);
}
