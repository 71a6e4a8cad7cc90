"""Counting what a reader takes for one character: the clusters of Unicode's annex 29. Pure."""

from __future__ import annotations

import regex

_CLUSTER = regex.compile(r"\X")


def count(text: str) -> int:
    """How many characters a reader sees: a letter with its accents is one, and so is a family of four."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    return sum(1 for _ in _CLUSTER.finditer(text))
