"""Posts of one stream that come too close to each other. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calendar_app.planner.plan import NOT_KEEPING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from calendar_app.planner.plan import Placed


class Clash(NamedTuple):
    """Two posts of one stream, by time."""

    first: Placed
    second: Placed

    @property
    def minutes(self) -> int:
        return round((self.second.entry.at - self.first.entry.at).total_seconds() / 60)


def counting(posts: Iterable[Placed]) -> list[Placed]:
    """Those that a follower gets, or will get."""
    return [placed for placed in posts if placed.entry.state not in NOT_KEEPING]


def clashes(posts: Iterable[Placed], near: timedelta) -> list[Clash]:
    """Neighbours in time that are less than `near` apart; of many at one time, each with the next."""
    by_time = sorted(posts, key=lambda placed: (placed.entry.at, placed.entry.uuid))
    return [
        Clash(first, second)
        for first, second in zip(by_time, by_time[1:], strict=False)
        if second.entry.at - first.entry.at < near
    ]
