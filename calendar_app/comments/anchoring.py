"""Where quoted words stand now: text around them may have changed since they were chosen. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+")


class _Plain(NamedTuple):
    """A text as its words, one blank between two; where each of them begins here and in the text."""

    words: str
    here: list[int]
    there: list[int]


def place(text: str, quote: str, at: int) -> int | None:
    """Where `quote` begins in the text, the nearest to where it was; None when it is not there any more.

    Words that were chosen where the text is read are without its marks: they are found by their words alone.
    """
    if not quote:
        return None
    found = [*_around(text, quote, at), *_by_words(text, quote, at)]
    return min(found, key=lambda start: abs(start - at)) if found else None


def _around(text: str, quote: str, at: int) -> list[int]:
    """The last place up to `at` and the first from it on."""
    before, after = text.rfind(quote, 0, at + len(quote)), text.find(quote, at)
    return [start for start in (before, after) if start >= 0]


def _by_words(text: str, quote: str, at: int) -> list[int]:
    """Found in the words as one text: a pattern of many words takes far too long where they are nearly there."""
    wanted = " ".join(_WORD.findall(quote))
    plain = _plain(text)
    if not wanted or not plain.here:
        return []
    return [
        _moved(one, plain.here, plain.there)
        for one in _around(plain.words, wanted, _moved(at, plain.there, plain.here))
    ]


def _moved(place: int, since: list[int], to: list[int]) -> int:
    word = max(bisect_right(since, place) - 1, 0)
    return to[word] + max(place - since[word], 0)


# The comments on one post all ask about the same text.
@lru_cache(maxsize=8)
def _plain(text: str) -> _Plain:
    found = [(match.start(), match[0]) for match in _WORD.finditer(text)]
    here = list(accumulate((len(word) + 1 for _, word in found), initial=0))[:-1]
    return _Plain(" ".join(word for _, word in found), here, [start for start, _ in found])
