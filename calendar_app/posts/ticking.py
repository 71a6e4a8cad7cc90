"""The checklists of a post's streams, and which of their lines are ticked. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from calendar_app.streams.models import Stream


def checklists(streams: Iterable[Stream]) -> list[tuple[Stream, list[str]]]:
    """The lines of each stream that has any; a line that several share stands with the first."""
    seen: set[str] = set()
    found = []
    for stream in streams:
        lines = [line for line in (stream.checklist or "").split("\n") if line and line not in seen]
        seen.update(lines)
        if lines:
            found.append((stream, lines))
    return found


def ticked(done: Sequence[str] | None, streams: Iterable[Stream]) -> list[str]:
    """Those of the `done` lines that are still asked for, in their order."""
    return [line for _stream, lines in checklists(streams) for line in lines if line in (done or ())]


def still_open(done: Sequence[str] | None, streams: Iterable[Stream]) -> list[str]:
    return [line for _stream, lines in checklists(streams) for line in lines if line not in (done or ())]
