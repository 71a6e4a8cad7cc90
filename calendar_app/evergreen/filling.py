"""Empty slots of the days to come are filled from the pool: each use is a new, ordinary post."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from calendar_app.enqueue import plan_changed
from calendar_app.errors import Conflict, NotAllowed, Refused
from calendar_app.evergreen.choosing import choose
from calendar_app.evergreen.models import Evergreen, Reuse
from calendar_app.evergreen.pooling import pool_of
from calendar_app.extensions import database_now, db
from calendar_app.media import rights
from calendar_app.people.roles import actor_for
from calendar_app.planner.promises import unfilled
from calendar_app.posts.crowded import planned_in
from calendar_app.posts.drafting import draft
from calendar_app.posts.models import Post
from calendar_app.series.making import content_of, living_content, schedule_if_agreed
from calendar_app.streams.cadence import BadCadence, Cadence, slots
from calendar_app.streams.models import Stream
from calendar_app.times import to_wall, wall_fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

log = logging.getLogger(__name__)

MOST_AT_ONCE = 50
NOT_USED = ("missed", "withdrawn")


def fill_all() -> None:
    """Every stream that says so. Commits after each."""
    wanted = sa.select(Stream.id).where(Stream.evergreen_makes != "off", Stream.archived_at.is_(None))
    numbers = list(db.session.scalars(wanted.order_by(Stream.id)))
    db.session.commit()
    for number in numbers:
        stream = db.session.get(Stream, number)
        made = fill(stream, now=database_now()) if stream else []
        db.session.commit()
        if made:
            plan_changed()


def fill(stream: Stream, *, now: datetime) -> list[Post]:
    """New posts in the stream's empty slots, as many as the pool gives.

    No post comes twice within the days of rest that the stream wants, none whose pictures may not be shown then. Two
    who fill at once fill each slot once.
    """
    db.session.execute(sa.select(Stream.id).where(Stream.id == stream.id).with_for_update(key_share=True))
    members = {row.post: row for row in pool_of(stream)}
    if not members or stream.evergreen_makes == "off":
        return []
    uses = uses_of(list(members))
    made = []
    for at in empty_slots(stream, now)[:MOST_AT_ONCE]:
        post = chosen(uses, stream, at)
        if post is None:
            continue
        try:
            with db.session.begin_nested():
                made.append(_use(members[post], stream, at, now))
        except (IntegrityError, Refused, Conflict, NotAllowed) as refusal:
            log.warning("post %s of the pool fills no slot of %s: %s", post.uuid, stream.handle, refusal)
            continue
        uses[post].append(at)
    return made


def chosen(uses: Mapping[Post, Sequence[datetime]], stream: Stream, at: datetime) -> Post | None:
    """Which of the pool would come into this slot; `uses` holds when each was used or will be."""
    return choose(uses, at, stream.evergreen_rest_days, partial(_may_come, at=at))


def _may_come(post: Post, at: datetime) -> bool:
    return not rights.hindrances(post, at)


def empty_slots(stream: Stream, now: datetime) -> list[datetime]:
    """Those of the days ahead that nothing fills, and that nobody has emptied again."""
    end = now + timedelta(days=stream.evergreen_ahead_days)
    try:
        cadence = Cadence.of(stream)
    except BadCadence:
        return []
    offered = slots(cadence, stream.timezone, now, end) if cadence else []
    taken = planned_in(stream, now - timedelta(days=2), end + timedelta(days=2))
    filled = set(db.session.scalars(sa.select(Reuse.at).where(Reuse.stream_id == stream.id, Reuse.at > now)))
    return [at for at in unfilled(offered, taken, stream.timezone) if at > now and at not in filled]


def uses_of(posts: Sequence[Post]) -> dict[Post, list[datetime]]:
    """When each went out or will: itself, and all that was made from it."""
    uses: dict[Post, list[datetime]] = {
        post: [at for at in (post.published_at or post.due_at,) if at] for post in posts
    }
    by_id = {post.id: post for post in posts}
    rows = db.session.execute(
        sa.select(Reuse.origin_id, Post.published_at, Post.due_at)
        .join(Post, Post.id == Reuse.post_id)
        .where(Reuse.origin_id.in_(by_id), Post.state.not_in(NOT_USED))
    )
    for origin, published, due in rows:
        at = published or due
        if origin and at:
            uses[by_id[origin]].append(at)
    return uses


def _use(member: Evergreen, stream: Stream, at: datetime, now: datetime) -> Post:
    if member.person is None or member.person.disabled_at is not None:
        raise Conflict("Who put it into the pool is gone.")
    actor = actor_for(member.person)
    # The slot is taken first: of two, one fails before it has written anything.
    row = Reuse(stream_id=stream.id, at=at, origin_id=member.post_id)
    db.session.add(row)
    db.session.flush()
    wall = to_wall(at, stream.timezone).isoformat(timespec="seconds")
    plan = {"publish_at": wall, "timezone": stream.timezone, "fold": wall_fold(at, stream.timezone)}
    # What it tells of has happened once.
    content = {**living_content(content_of(member.post), stream.team_id), "event": None}
    post = draft({**content, "streams": [stream.handle], **plan}, actor=actor, now=now)
    row.post_id = post.id
    db.session.flush()
    if stream.evergreen_makes == "scheduled":
        schedule_if_agreed(post, actor, now)
    return post
