"""What differs between two revisions: words that went, words that came. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WORDS = re.compile(r"\s+|[^\s]+")
LINES = re.compile(r"[^\n]*\n|[^\n]+")
# More to look at than this takes longer than anybody waits: it is told as one change. Of one text, and of all the
# texts of a post in its languages and for its places.
MOST_PAIRS, MOST_IN_ALL = 4_000_000, 8_000_000


class Part(NamedTuple):
    """`kind`: same, removed or added."""

    kind: str
    text: str


class Patience:
    """How many pairs of words may still be looked at."""

    def __init__(self, pairs: int) -> None:
        self.left = pairs

    def lasts(self, pairs: int) -> bool:
        if pairs > self.left:
            return False
        self.left -= pairs
        return True


def compare(before: str, after: str, patience: Patience | None = None) -> list[Part]:
    """The texts as one: parts in order. What is the same or removed makes `before`, same or added makes `after`.

    `patience` is shared by those who are compared together.
    """
    together = patience or Patience(MOST_PAIRS)
    own = Patience(min(together.left, MOST_PAIRS))
    spent = own.left
    old, new = WORDS.findall(before), WORDS.findall(after)
    if len(old) * len(new) <= own.left:
        found = _joined(_parts(old, new, own))
    else:
        found = _joined(_by_lines(LINES.findall(before), LINES.findall(after), own))
    together.left -= spent - own.left
    return found


def _by_lines(old: Sequence[str], new: Sequence[str], patience: Patience) -> Iterator[Part]:
    """Of a long text the lines first, then the words within those that changed."""
    removed, added = "", ""
    for part in [*_parts(old, new, patience), Part("same", "")]:
        if part.kind == "removed":
            removed += part.text
        elif part.kind == "added":
            added += part.text
        else:
            yield from _parts(WORDS.findall(removed), WORDS.findall(added), patience)
            removed, added = "", ""
            yield part


def _parts(old: Sequence[str], new: Sequence[str], patience: Patience) -> Iterator[Part]:
    ahead = _same_at_the_beginning(old, new)
    behind = _same_at_the_beginning(old[ahead:][::-1], new[ahead:][::-1])
    yield Part("same", "".join(old[:ahead]))
    yield from _middle(old[ahead : len(old) - behind], new[ahead : len(new) - behind], patience)
    yield Part("same", "".join(old[len(old) - behind :]))


def _middle(old: Sequence[str], new: Sequence[str], patience: Patience) -> Iterator[Part]:
    if not patience.lasts(len(old) * len(new)):
        yield Part("removed", "".join(old))
        yield Part("added", "".join(new))
        return
    for tag, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            yield Part("same", "".join(old[a:b]))
        else:
            yield Part("removed", "".join(old[a:b]))
            yield Part("added", "".join(new[c:d]))


def _same_at_the_beginning(old: Sequence[str], new: Sequence[str]) -> int:
    for place, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return place
    return min(len(old), len(new))


def _joined(parts: Iterator[Part]) -> list[Part]:
    """Neighbours of one kind as one, and no empty ones."""
    found: list[Part] = []
    for part in parts:
        if part.text and found and found[-1].kind == part.kind:
            found[-1] = Part(part.kind, found[-1].text + part.text)
        elif part.text:
            found.append(part)
    return found
