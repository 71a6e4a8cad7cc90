"""A post that is longer than one message goes out as several, part by part; what has gone out is not sent again."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from calendar_app.channels.adapter import Rejected, Trouble
from calendar_app.channels.runs import together
from calendar_app.channels.splitting import last_fitting
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


def _pieces(block: Block, fits: Callable[[Block], bool]) -> Iterator[Block]:
    """The block cut where it must be. To write it is dear: how much of it fits is found in leaps, not word by word."""
    left = list(_atoms(block.runs, 0))
    while left:
        some, left = _head(block, left, fits, 0)
        # Nothing but blanks, too many for a message, is nothing.
        if some:
            yield _ended(_of(block, some))


def _head(
    block: Block, atoms: list[Run], fits: Callable[[Block], bool], level: int
) -> tuple[list[Run], list[Run]]:
    """As many of the atoms as fit, and the rest; where not even the first does, as much of it as does."""
    most = last_fitting(range(len(atoms) + 1), 1, lambda to: fits(_of(block, atoms[:to])))
    if most is None and level + 1 < len(_ATOMS):
        some, rest = _head(block, list(_atoms(atoms[:1], level + 1)), fits, level + 1)
        return some, [*_of(block, rest).runs, *atoms[1:]]
    return atoms[: most or 1], atoms[most or 1 :]


def _atoms(runs: Sequence[Run], level: int) -> Iterator[Run]:
    for run in runs:
        for found in _ATOMS[level].findall(run.text):
            yield replace(run, text=found)


def _of(block: Block, atoms: Sequence[Run]) -> Block:
    """The block with nothing but these; what looks alike is one run again."""
    alike = groupby(atoms, key=lambda atom: (atom.strong, atom.em, atom.code, atom.link))
    runs = ([*some] for _, some in alike)
    return replace(
        block, runs=tuple(replace(some[0], text="".join(one.text for one in some)) for some in runs)
    )


def _ended(block: Block) -> Block:
    """No blank at the cut, but within code, where blanks mean something."""
    *before, last = block.runs
    if block.kind != "code":
        last = replace(last, text=last.text.rstrip())
    return replace(block, runs=(*before, last))
