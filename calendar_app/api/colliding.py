"""Posts so close together that whoever follows both gets two things at once. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NEAR = timedelta(minutes=30)


class Near(NamedTuple):
    """A post as far as collisions need it; streams and accounts by what names them."""

    uuid: str
    at: datetime
    streams: frozenset[str]
    accounts: frozenset[int]


class Collision(NamedTuple):
    """Two posts by time, how far apart, and what they share."""

    first: Near
    second: Near

    @property
    def apart(self) -> timedelta:
        return self.second.at - self.first.at

    @property
    def streams(self) -> list[str]:
        return sorted(self.first.streams & self.second.streams)

    @property
    def accounts(self) -> list[int]:
        return sorted(self.first.accounts & self.second.accounts)


def collisions(posts: Sequence[Near], *, near: timedelta = NEAR) -> Iterator[Collision]:
    """Every two posts at most `near` apart that share a stream or an account, by time.

    The cost grows with the pairs that are near, so take as many as you need.
    """
    by_time = sorted(posts, key=lambda post: (post.at, post.uuid))
    for number, first in enumerate(by_time):
        for second in by_time[number + 1 :]:
            if second.at - first.at > near:
                break
            if first.streams & second.streams or first.accounts & second.accounts:
                yield Collision(first, second)
