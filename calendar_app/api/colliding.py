"""Posts so close together that whoever follows both gets two things at once: how close is theirs to say. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Near(NamedTuple):
    """A post as far as collisions need it: `streams` by what names them, each with the time it wants between two posts.

    The first is its home, which speaks for the accounts.
    """

    uuid: str
    at: datetime
    streams: Mapping[str, timedelta]
    accounts: frozenset[int]

    @property
    def widest(self) -> timedelta:
        return max(self.streams.values(), default=timedelta())

    @property
    def home(self) -> timedelta:
        return next(iter(self.streams.values()), timedelta())


class Collision(NamedTuple):
    """Two posts by time, what they share, and how much time should lie between them."""

    first: Near
    second: Near
    streams: list[str]
    accounts: list[int]
    near: timedelta

    @property
    def apart(self) -> timedelta:
        return self.second.at - self.first.at


def collisions(posts: Sequence[Near]) -> Iterator[Collision]:
    """Every two posts closer than a stream of both, or else of their places, wants them to be; by time.

    The cost grows with the pairs that are near, so take as many as you need.
    """
    by_time = sorted(posts, key=lambda post: (post.at, post.uuid))
    widest = max((post.widest for post in by_time), default=timedelta())
    for number, first in enumerate(by_time):
        for second in by_time[number + 1 :]:
            if second.at - first.at >= widest:
                break
            found = _between(first, second)
            if found is not None and second.at - first.at < found.near:
                yield found


def _between(first: Near, second: Near) -> Collision | None:
    """As the composer has it: a shared stream rules; posts that share only a place are told by their homes."""
    streams = sorted(first.streams.keys() & second.streams.keys())
    accounts = sorted(first.accounts & second.accounts)
    if streams:
        return Collision(first, second, streams, accounts, max(first.streams[one] for one in streams))
    if accounts:
        return Collision(first, second, [], accounts, max(first.home, second.home))
    return None
