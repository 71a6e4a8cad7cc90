"""A text too long for one message becomes a thread: split at sentences, else at words, never inside a link. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Addresses, hashtags, mentions (of both networks) and e-mail addresses stay whole.
# Each begins where nothing of its kind stands before it, and gives nothing back: 100 kB take no time.
_WHOLE = re.compile(
    r"https?://\S+|[#@＃＠]\w[\w.@-]*"
    r"|(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+|(?<![\w.-])[\w-]++(?:\.[\w-]++)+/\S*",
    re.IGNORECASE,
)
_ENDINGS = re.compile(r"(?<![.!?…])[.!?…]++[\"'’”»)\]]*+(?=\s)|[。！？]++[」』）]*+|\n")
_CLUSTER = regex.compile(r"\X")
# fmt: off
_SHORTENED = frozenset((
    "bl.a.", "ca.", "cf.", "dr.", "dvs.", "e.g.", "el.", "etc.", "evt.", "f.eks.", "fr.", "hr.", "i.e.", "incl.",
    "inkl.", "jf.", "kl.", "m.fl.", "m.m.", "max.", "mr.", "mrs.", "ms.", "nr.", "no.", "osv.", "prof.", "resp.",
    "sr.", "st.", "t.ex.", "tlf.", "vs.",
))
# fmt: on
_ORDINAL = re.compile(r"\(?(?:\d{1,2}|\w)\.")


def split(text: str, most: int, count: Callable[[str], int], *, link: str = "") -> tuple[str, ...]:
    """Parts of `text`, in order, each with `count(part) <= most`; one part where all of it fits, none for nothing.

    A sentence that fits into a part stays whole; a longer one is parted between words, and a word only where it
    fits into no part by itself. Links, hashtags and mentions are parted last of all. A `link` that the text does
    not hold already ends the first part, after an empty line: that is the part that people pass on, and the one
    that shows the card. `count` must not fall when a text grows by whole words. Raises ValueError when not even one
    character fits.
    """
    text = text.strip()
    link = "" if link in text else link.strip()
    whole = _joined(text, link)
    if count(whole) <= most:
        return (whole,) if whole else ()
    if link and count(link) > most:
        return split(whole, most, count)
    breaks = _Breaks(text)
    first, start = _opening(breaks, link, most, count)
    parts = [first] if first else []
    while start < len(text):
        end = breaks.furthest(start, lambda piece: count(piece) <= most)
        if end is None:
            raise ValueError("Not even one character fits.")
        parts.append(text[start:end].strip())
        start = breaks.after(end)
    return tuple(parts)


def _opening(breaks: _Breaks, link: str, most: int, count: Callable[[str], int]) -> tuple[str, int]:
    """The part that carries the link, and where the rest begins; the link alone rather than with half a word."""
    if not link:
        return "", 0
    end = breaks.furthest(0, lambda piece: count(_joined(piece, link)) <= most, whole_words=True) or 0
    return _joined(breaks.text[:end].strip(), link), breaks.after(end)


def _joined(text: str, link: str) -> str:
    return f"{text}\n\n{link}" if text and link else text or link


class _Breaks:
    """Where a text may be parted, the best places first: sentences, words, characters of words, any character."""

    def __init__(self, text: str) -> None:
        self.text = text
        sentences = sorted({*_sentence_ends(text), len(text)})
        words = [found.end() for found in re.finditer(r"\S+", text)]
        self.kinds: list[Sequence[int] | None] = [sentences, words, None, None]

    def furthest(self, start: int, fits: Callable[[str], bool], *, whole_words: bool = False) -> int | None:
        """The last place of the best kind up to which the text from `start` fits; None when nothing does."""
        for rank in range(2 if whole_words else len(self.kinds)):
            places = self._places(rank)
            first = bisect_right(places, start)
            last = last_fitting(places, first, lambda end: fits(self.text[start:end].strip()))
            if last is not None:
                return places[last]
        return None

    def after(self, end: int) -> int:
        """Where the next part begins: white space between two parts belongs to neither."""
        while end < len(self.text) and self.text[end].isspace():
            end += 1
        return end

    def _places(self, rank: int) -> Sequence[int]:
        """Those inside of words are found only when a word does not fit into a part."""
        places = self.kinds[rank]
        if places is None:
            every = [found.end() for found in _CLUSTER.finditer(self.text)]
            kept = [found.span() for found in _WHOLE.finditer(self.text)] if rank == 2 else []
            places = self.kinds[rank] = _outside(every, kept)
        return places


def _sentence_ends(text: str) -> list[int]:
    kept = [found.span() for found in _WHOLE.finditer(text)]
    ends = [found.end() for found in _ENDINGS.finditer(text) if _ends_sentence(text, found)]
    # A full stop after a link is not part of it: only what lies inside is no end.
    return _outside(ends, kept)


def _ends_sentence(text: str, found: re.Match[str]) -> bool:
    """Not after a shortened word or an ordinal (“17. mai”), nor where the next word begins with a small letter."""
    if not found[0].startswith("."):
        return True
    word = text[text.rfind(" ", 0, found.start()) + 1 : found.end()].rpartition("\n")[2]
    if word.lower().lstrip("(") in _SHORTENED or _ORDINAL.fullmatch(word):
        return False
    following = text[found.end() : found.end() + 8].lstrip()
    return not following[:1].islower()


def _outside(places: Sequence[int], kept: Sequence[tuple[int, int]]) -> list[int]:
    """Places that lie inside none of the spans (in order, apart from each other)."""
    starts = [start for start, _ in kept]
    found = []
    for at in places:
        index = bisect_right(starts, at - 1) - 1
        if index < 0 or not kept[index][0] < at < kept[index][1]:
            found.append(at)
    return found


def last_fitting(places: Sequence[int], first: int, fits: Callable[[int], bool]) -> int | None:
    """The index of the last place that fits, from `first` on: in leaps, then halving. Counting is dear."""
    if first >= len(places) or not fits(places[first]):
        return None
    low, leap = first, 1
    while low + leap < len(places) and fits(places[low + leap]):
        low += leap
        leap *= 2
    high = min(low + leap, len(places))
    while high - low > 1:
        middle = (low + high) // 2
        if fits(places[middle]):
            low = middle
        else:
            high = middle
    return low
