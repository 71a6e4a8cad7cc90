"""A post that is longer than one message goes out as several, part by part; what has gone out is not sent again."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from calendar_app.channels.adapter import Rejected, Trouble
from calendar_app.channels.runs import together
from calendar_app.languages import grouped, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from calendar_app.channels.adapter import Call, Parcel
    from calendar_app.channels.runs import Block, Run

MOST_PAGES = 10
# Where a block is cut that does not fit by itself: behind a sentence or line, behind a word, anywhere.
_ATOMS = (
    re.compile(r".+?(?:[.!?…]+\s+|\n+|$)", re.DOTALL),
    re.compile(r"\s*\S+\s*"),
    re.compile(r".", re.DOTALL),
)


def paged(blocks: Sequence[Block], write: Callable[[Block], str], fits: Callable[[str], bool]) -> list[str]:
    """The blocks as texts that fit, cut between blocks where possible. A word that nothing makes fit stays whole."""
    pages: list[list[Block]] = [[]]
    for block in blocks:
        pieces = [block] if fits(write(block)) else list(_pieces(block, lambda one: fits(write(one))))
        for piece in pieces:
            if pages[-1] and not fits(together([*pages[-1], piece], write)):
                pages.append([])
            pages[-1].append(piece)
    return [together(page, write) for page in pages if page]


def send_pages(
    parcel: Parcel,
    call: Call,
    texts: Sequence[str],
    send_one: Callable[[str], str],
    take_back: Callable[[str], None],
    *,
    also: Mapping[str, Any] | None = None,
) -> list[str]:
    """Send what has not gone out yet; the service's names of all messages.

    Each is noted before the next one leaves, and `also` with it. Where the text was changed after some of it had gone
    out, that is taken back and all is sent anew. Raises a Trouble that remembers how far it came.
    """
    whole = _mark(texts)
    sent = [str(one) for one in parcel.notes.get("pages", ())]
    of = parcel.notes.get("whole", whole)
    try:
        while sent and of != whole:
            take_back(sent[-1])
            sent.pop()
        of = whole
        for text in texts[len(sent) :]:
            sent.append(send_one(text))
            if len(sent) < len(texts):
                call.note({**notes_of(texts, sent), **(also or {})})
    except Trouble as trouble:
        if sent or "pages" in parcel.notes:
            trouble.notes.update(pages=sent, whole=of, **(also or {}))
        if sent and of == whole:
            trouble.reason = f"{trouble.reason} {len(sent)} of {len(texts)} parts are there already."
        raise
    return sent


def reached(texts: Sequence[str], notes: Mapping[str, Any]) -> tuple[int, int]:
    """How many of these messages certainly stand; `Adapter.reached`."""
    ours = notes.get("whole") == _mark(texts)
    return len(notes.get("pages", ())) if ours else 0, len(texts)


def notes_of(texts: Sequence[str], sent: Sequence[str]) -> dict[str, Any]:
    """What is to be remembered while these of the messages stand."""
    return {"pages": list(sent), "whole": _mark(texts)}


def names_of(parcel: Parcel) -> list[str]:
    """Of a withdrawal: all messages of the publication. Raises Rejected where nobody knows them."""
    notes = parcel.published.get("notes") or {}
    found = [str(one) for one in notes.get("pages", ())] or [str(parcel.published.get("external_id") or "")]
    if not all(found):
        raise Rejected("Sluice does not know which message this was. Delete it where it stands.")
    return found


def too_many(texts: Sequence[str]) -> tuple[str, ...]:
    """A sentence when nobody would want to read so many messages."""
    if len(texts) <= MOST_PAGES:
        return ()
    return (
        say(
            "This would be %(count)s messages; %(most)s are the most. Write a shorter text for this account.",
            count=grouped(len(texts)), most=grouped(MOST_PAGES),
        ),
    )  # fmt: skip


def hold_to_most(texts: Sequence[str]) -> None:
    """Raises Rejected for what `too_many` tells."""
    if len(texts) > MOST_PAGES:
        raise Rejected(
            f"This would be {len(texts)} messages; {MOST_PAGES} are the most. Write a shorter text for this account."
        )


def _mark(texts: Sequence[str]) -> str:
    """Which text the messages are of."""
    return hashlib.sha256(json.dumps(list(texts)).encode()).hexdigest()[:16]


def _pieces(block: Block, fits: Callable[[Block], bool], level: int = 0) -> Iterator[Block]:
    held: list[Run] = []
    for atom in _atoms(block.runs, level):
        if fits(replace(block, runs=(*held, atom))):
            held.append(atom)
            continue
        if held:
            yield _ended(block, held)
        held = []
        one = replace(block, runs=(atom,))
        if fits(one) or level + 1 == len(_ATOMS):
            held.append(atom)
        else:
            yield from _pieces(one, fits, level + 1)
    if held:
        yield _ended(block, held)


def _atoms(runs: Sequence[Run], level: int) -> Iterator[Run]:
    for run in runs:
        for found in _ATOMS[level].findall(run.text):
            yield replace(run, text=found)


def _ended(block: Block, held: Sequence[Run]) -> Block:
    """No blank at the cut, but within code, where blanks mean something."""
    last = held[-1] if block.kind == "code" else replace(held[-1], text=held[-1].text.rstrip())
    return replace(block, runs=(*held[:-1], last))
