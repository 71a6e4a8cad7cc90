"""Where quoted words stand now: text around them may have changed since they were chosen. Pure."""

from __future__ import annotations

import re


def place(text: str, quote: str, at: int) -> int | None:
    """Where `quote` begins in the text, the nearest to where it was; None when it is not there any more.

    Words that were chosen where the text is read are without its marks: they are found by their words alone.
    """
    if not quote:
        return None
    before, after = text.rfind(quote, 0, at + len(quote)), text.find(quote, at)
    found = [start for start in (before, after) if start >= 0] + _by_words(text, quote)
    return min(found, key=lambda start: abs(start - at)) if found else None


def _by_words(text: str, quote: str) -> list[int]:
    words = re.findall(r"[^\W_]+", quote)
    if not words:
        return []
    return [match.start() for match in re.finditer(r"[\W_]+".join(words), text)]
