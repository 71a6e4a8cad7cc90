"""Too much at once and too little for long, as questions about moments. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Flood(NamedTuple):
    """So many posts from the first to the last of these moments."""

    first: datetime
    last: datetime
    posts: int


def floods(moments: Iterable[datetime], most: int, hours: int) -> list[Flood]:
    """Stretches in which more than `most` moments lie within `hours`; those that overlap are one. `most` 0: none."""
    times = sorted(moments)
    found: list[list[int]] = []
    if most < 1:
        return []
    begin, within = 0, timedelta(hours=hours)
    for end, at in enumerate(times):
        while at - times[begin] >= within:
            begin += 1
        if end - begin + 1 > most:
            if found and begin <= found[-1][1]:
                found[-1][1] = end
            else:
                found.append([begin, end])
    return [Flood(times[first], times[last], last - first + 1) for first, last in found]


def flood_around(at: datetime, others: Iterable[datetime], most: int, hours: int) -> Flood | None:
    """The flood that a post at this moment would be part of, itself counted."""
    return next((one for one in floods([*others, at], most, hours) if one.first <= at <= one.last), None)


def clear_of(at: datetime, others: Iterable[datetime], near: timedelta) -> datetime:
    """The first moment from `at` on that is at least `near` away from all others."""
    for other in sorted(others):
        if abs(other - at) < near:
            at = other + near
    return at


def silence_before(
    at: datetime, open_slots: Sequence[datetime], others: Iterable[datetime]
) -> list[datetime]:
    """The unfilled slots that lie between the last other post before `at` and `at` itself."""
    last = max((other for other in others if other < at), default=None)
    return [slot for slot in sorted(open_slots) if slot < at and (last is None or slot > last)]
