"""Posts so close together that whoever follows both gets two things at once: how close is theirs to say. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
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

    The cost grows with the pairs that are found, so take as many as you need: one stream that wants a whole day
    around its posts makes nobody look through those of all others.
    """
    by_time = sorted(posts, key=lambda post: (post.at, post.uuid))
    shared = _shared(by_time)
    for number, first in enumerate(by_time):
        for place in sorted(_near(first, number, shared)):
            second = by_time[place]
            found = _between(first, second)
            if found is not None and second.at - first.at < found.near:
                yield found


class _Sharing(NamedTuple):
    """Posts that share something, by time: when each is, and its place among all."""

    moments: list[datetime]
    places: list[int]

    def after(self, number: int, until: datetime) -> list[int]:
        return self.places[bisect_right(self.places, number) : bisect_left(self.moments, until)]


class _Shared(NamedTuple):
    """Posts by stream; and by account, apart for each time that their homes want."""

    streams: Mapping[str, _Sharing]
    accounts: Mapping[int, Mapping[timedelta, _Sharing]]


def _shared(by_time: Sequence[Near]) -> _Shared:
    streams: dict[str, _Sharing] = {}
    accounts: dict[int, dict[timedelta, _Sharing]] = {}
    for place, post in enumerate(by_time):
        sharing = [streams.setdefault(stream, _Sharing([], [])) for stream in post.streams]
        for account in post.accounts:
            sharing.append(accounts.setdefault(account, {}).setdefault(post.home, _Sharing([], [])))
        for one in sharing:
            one.moments.append(post.at)
            one.places.append(place)
    return _Shared(streams, accounts)


def _near(first: Near, number: int, shared: _Shared) -> set[int]:
    """The places of later posts that may be too close to this one."""
    found: set[int] = set()
    for stream, near in first.streams.items():
        found.update(shared.streams[stream].after(number, first.at + near))
    for account in first.accounts:
        for home, sharing in shared.accounts[account].items():
            found.update(sharing.after(number, first.at + max(first.home, home)))
    return found


def _between(first: Near, second: Near) -> Collision | None:
    """As the composer has it: a shared stream rules; posts that share only a place are told by their homes."""
    streams = sorted(first.streams.keys() & second.streams.keys())
    accounts = sorted(first.accounts & second.accounts)
    if streams:
        return Collision(first, second, streams, accounts, max(first.streams[one] for one in streams))
    if accounts:
        return Collision(first, second, [], accounts, max(first.home, second.home))
    return None
