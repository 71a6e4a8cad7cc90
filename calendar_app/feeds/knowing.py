"""What follows from the published posts of a stream, kept as long as its feed stays as it is.

All that a stream ever published is looked at once for each state of its feed, not for each reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from calendar_app.streams.models import Stream

T = TypeVar("T")
PLACE, MOST_STREAMS = "sluice_known", 2000
NOTHING = (None, None)


def known(
    what: str,
    streams: Iterable[Stream],
    look: Callable[[Collection[int]], Mapping[int, T]],
    *,
    since: object = None,
) -> dict[int, T]:
    """By the id of each stream what `look` says of it; asked for those that have changed, kept for all threads.

    `what` names the question: two that are named alike must have the same answers, for as long as `since` is the same.
    """
    kept: dict[int, tuple[Any, Any]] = current_app.extensions.setdefault(PLACE, {}).setdefault(what, {})
    states = {one.id: (one.created_at, one.feed_version, one.feed_changed_at, since) for one in streams}
    found = {
        number: kept[number][1] for number, state in states.items() if kept.get(number, NOTHING)[0] == state
    }
    if missing := states.keys() - found.keys():
        if len(kept) >= MOST_STREAMS:
            kept.clear()
        for number, answer in look(missing).items():
            kept[number] = states[number], answer
            found[number] = answer
    return found
