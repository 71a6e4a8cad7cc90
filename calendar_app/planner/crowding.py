"""What stands out in a stream: too many posts on one day, two too close together, too long a silence. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from calendar_app.planner.plan import NOT_KEEPING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from calendar_app.planner.plan import Placed

NEAR = timedelta(minutes=30)
# So many on one day are a flood, unless the stream promises as many.
FLOOD = 4


class Clash(NamedTuple):
    """Two posts of one stream, by time, at most NEAR apart."""

    first: Placed
    second: Placed

    @property
    def minutes(self) -> int:
        return round((self.second.entry.at - self.first.entry.at).total_seconds() / 60)


def counting(posts: Iterable[Placed]) -> list[Placed]:
    """Those that a follower gets, or will get."""
    return [placed for placed in posts if placed.entry.state not in NOT_KEEPING]


def floods(posts: Mapping[date, Sequence[Placed]], promised: Mapping[date, int]) -> list[tuple[date, int]]:
    """Days with FLOOD posts or more, and more than were promised for the day; how many there are."""
    return [
        (day, len(rows))
        for day, rows in sorted(posts.items())
        if len(rows) >= FLOOD and len(rows) > promised.get(day, 0)
    ]


def clashes(posts: Iterable[Placed], *, near: timedelta = NEAR) -> list[Clash]:
    """Neighbours in time that are too close; of many at one time, each with the next."""
    by_time = sorted(posts, key=lambda placed: (placed.entry.at, placed.entry.uuid))
    return [
        Clash(first, second)
        for first, second in zip(by_time, by_time[1:], strict=False)
        if second.entry.at - first.entry.at <= near
    ]
