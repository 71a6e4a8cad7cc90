"""The plan of a window: posts, the slots that streams offer, the gaps among them, and posts too close together."""

from __future__ import annotations

import logging
from datetime import UTC, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from calendar_app.api.calling import Answer, call
from calendar_app.api.colliding import Near, collisions
from calendar_app.api.posts import WITH_ALL, in_stream
from calendar_app.api.schemas import calendar as told
from calendar_app.api.streams import stream_named
from calendar_app.errors import Refused
from calendar_app.extensions import db
from calendar_app.people.roles import scoped
from calendar_app.planner.plan import NOT_KEEPING
from calendar_app.planner.promises import unfilled
from calendar_app.posts.crowding import floods
from calendar_app.posts.models import Post
from calendar_app.streams.cadence import BadCadence, Cadence, slots
from calendar_app.streams.models import Stream
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from calendar_app.people.roles import Actor

LONGEST = timedelta(days=400)
MOST_POSTS = 2000
MOST_SLOTS = 20_000
MOST_COLLISIONS = 1000
log = logging.getLogger(__name__)
_AS_THEY_ARE = ("title", "state", "version", "publish_at", "timezone", "due_at")


@call("GET", "/calendar", gives=told.Calendar, query=told.CalendarQuery)
def show(actor: Actor, query: told.CalendarQuery) -> Answer:
    """See the plan of a window: posts, slots, gaps and collisions."""
    _check(query)
    streams = _streams(actor, query.stream)
    posts = _posts(actor, query, streams)
    offered = _offered(streams, query)
    return Answer(
        told.Calendar.model_validate(
            {
                "from": query.since,
                "to": query.until,
                "posts": [_planned(post) for post in posts],
                "slots": _in_order(_slot(stream, at) for stream in streams for at in offered[stream.id]),
                "gaps": _in_order(_gaps(streams, offered, posts)),
                "floods": _floods(streams, posts),
                "collisions": _collisions(posts),
            }
        )
    )


def _check(query: told.CalendarQuery) -> None:
    if query.until <= query.since:
        raise Refused({"to": "The window ends before it begins. Choose a later end."})
    if query.until - query.since > LONGEST:
        raise Refused({"to": f"The window is longer than {LONGEST.days} days. Choose an earlier end."})


def _streams(actor: Actor, handle: str | None) -> Sequence[Stream]:
    if handle is not None:
        return [stream_named(actor, handle)]
    living = scoped(Stream, actor).where(Stream.archived_at.is_(None))
    return list(db.session.scalars(living.order_by(Stream.handle)))


def _posts(actor: Actor, query: told.CalendarQuery, streams: Sequence[Stream]) -> Sequence[Post]:
    wanted = scoped(Post, actor).where(Post.due_at >= query.since, Post.due_at < query.until)
    if query.stream:
        wanted = wanted.where(in_stream(streams[0]))
    wanted = wanted.options(*WITH_ALL).order_by(Post.due_at, Post.id).limit(MOST_POSTS + 1)
    posts = db.session.scalars(wanted).all()
    if len(posts) > MOST_POSTS:
        raise Refused(
            {"to": f"There are more than {MOST_POSTS:,} posts in this window. Choose a shorter one."}
        )
    return posts


def _planned(post: Post) -> told.Planned:
    return told.Planned.model_validate(
        {
            "id": post.uuid,
            "streams": [stream.handle for stream in post.streams],
            "accounts": [account.id for account in post.targets],
            **{name: getattr(post, name) for name in _AS_THEY_ARE},
        }
    )


def _offered(streams: Iterable[Stream], query: told.CalendarQuery) -> dict[int, list[datetime]]:
    """Slots by stream id, none from before the stream began."""
    offered: dict[int, list[datetime]] = {}
    room = MOST_SLOTS
    for stream in streams:
        begin = max(query.since, stream.created_at)
        offered[stream.id] = []
        try:
            cadence = Cadence.of(stream)
        except BadCadence as problem:
            log.error("stream %s has a cadence that cannot be read: %s", stream.handle, problem)
            continue
        offered[stream.id] = slots(cadence, stream.timezone, begin, query.until, limit=room + 1)
        room -= len(offered[stream.id])
        if room < 0:
            raise Refused(
                {"to": f"There are more than {MOST_SLOTS:,} slots in this window. Choose a shorter one."}
            )
    return offered


def _gaps(
    streams: Iterable[Stream], offered: dict[int, list[datetime]], posts: Iterable[Post]
) -> Iterable[told.Slot]:
    taken: dict[int, list[datetime]] = {}
    for post in posts:
        if post.state not in NOT_KEEPING and post.due_at:
            for stream in post.streams:
                taken.setdefault(stream.id, []).append(post.due_at)
    for stream in streams:
        for at in unfilled(offered[stream.id], taken.get(stream.id, ()), stream.timezone):
            yield _slot(stream, at)


def _slot(stream: Stream, at: datetime) -> told.Slot:
    wall = to_wall(at, stream.timezone).isoformat(timespec="minutes")
    return told.Slot(stream=stream.handle, at=at.astimezone(UTC), wall=wall, timezone=stream.timezone)


def _in_order(found: Iterable[told.Slot]) -> list[told.Slot]:
    return sorted(found, key=lambda slot: (slot.at, slot.stream))


def _floods(streams: Iterable[Stream], posts: Sequence[Post]) -> list[told.Flood]:
    moments: dict[int, list[datetime]] = {}
    for post in posts:
        if post.due_at and post.state not in NOT_KEEPING:
            for stream in post.streams:
                moments.setdefault(stream.id, []).append(post.due_at)
    return [
        told.Flood(stream=stream.handle, since=found.first, until=found.last, posts=found.posts)
        for stream in streams
        for found in floods(moments.get(stream.id, ()), stream.flood_posts, stream.flood_hours)
    ]


def _collisions(posts: Iterable[Post]) -> list[told.Collision]:
    near = [
        Near(post.uuid, post.due_at,
             {stream.handle: timedelta(minutes=stream.near_minutes) for stream in post.streams},
             frozenset(account.id for account in post.targets))
        for post in posts if post.due_at and post.state not in NOT_KEEPING
    ]  # fmt: skip
    return [
        told.Collision(
            posts=[found.first.uuid, found.second.uuid], minutes_apart=found.apart.total_seconds() / 60,
            near_minutes=int(found.near.total_seconds() / 60), streams=found.streams, accounts=found.accounts,
        )
        for found in islice(collisions(near), MOST_COLLISIONS)
    ]  # fmt: skip
