"""Where quoted words stand now: text around them may have changed since they were chosen. Pure."""

from __future__ import annotations


def place(text: str, quote: str, at: int) -> int | None:
    """Where `quote` begins in the text, the nearest to where it was; None when it is not there any more."""
    if not quote:
        return None
    before, after = text.rfind(quote, 0, at + len(quote)), text.find(quote, at)
    found = [start for start in (before, after) if start >= 0]
    return min(found, key=lambda start: abs(start - at)) if found else None
