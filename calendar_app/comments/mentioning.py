"""Members named in a comment: an @ and their name as the team knows it. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Run(NamedTuple):
    """A piece of a comment; `mention` where it names a member."""

    text: str
    mention: bool


def mentioned(text: str, members: Mapping[int, str]) -> set[int]:
    """Ids of the members that the text names. Of two who have the same name it means both."""
    pattern = _pattern(members.values())
    named = {found.casefold() for found in pattern.findall(text)} if pattern else set()
    return {number for number, name in members.items() if name.casefold() in named}


def runs(text: str, members: Mapping[int, str]) -> list[Run]:
    """The text in pieces, whole when they are put together."""
    pattern = _pattern(members.values())
    found, end = [], 0
    for match in pattern.finditer(text) if pattern else ():
        found += [Run(text[end : match.start()], mention=False), Run(match[0], mention=True)]
        end = match.end()
    return [run for run in [*found, Run(text[end:], mention=False)] if run.text]


def _pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """Longer names first: @Kari Nordmann is not @Kari."""
    wanted = sorted({name for name in names if name}, key=len, reverse=True)
    if not wanted:
        return None
    return re.compile(rf"(?<!\w)@({'|'.join(map(re.escape, wanted))})(?!\w)", re.IGNORECASE)
