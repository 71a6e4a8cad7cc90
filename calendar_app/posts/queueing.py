"""The queue of a stream: its posts that wait in slots, in order; put in, moved, taken out, and its gaps filled."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import db
from calendar_app.languages import in_words, say
from calendar_app.people.audit import record
from calendar_app.planner.promises import unfilled
from calendar_app.posts.crowded import planned_in
from calendar_app.posts.drafting import discard, draft, edit
from calendar_app.posts.locking import hold_streams_of, lock
from calendar_app.posts.models import Post, PostStream
from calendar_app.posts.scheduling import reschedule, unschedule
from calendar_app.snippets.beginning import beginning_of
from calendar_app.streams.cadence import BadCadence, Cadence, next_free, slots
from calendar_app.streams.models import Stream
from calendar_app.times import to_wall, wall_fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.people.roles import Actor

WAITING = ("draft", "in_review", "approved", "scheduled")
FAR = timedelta(days=370)
MOST = 200
MOST_FILLED = 50


def queue_of(stream: Stream, now: datetime) -> list[Post]:
    """The posts at home in the stream that stand in slots to come, in order. A time chosen freely is not touched."""
    posts = [post for post in _waiting(stream, now) if post.due_at is not None]
    if not posts:
        return []
    offered = set(slots(Cadence.of(stream), stream.timezone, now, now + FAR, limit=None))
    return [post for post in posts if post.due_at in offered]


def without_time(stream: Stream) -> list[Post]:
    """What could be put into the queue: unfinished posts at home here that have no time, the newest first."""
    return list(
        db.session.scalars(
            _at_home(stream)
            .where(Post.state.in_(WAITING), Post.due_at.is_(None))
            .order_by(Post.id.desc())
            .limit(50)
        )
    )


def reorder(stream: Stream, order: Sequence[str], *, actor: Actor, now: datetime) -> None:
    """The posts of the queue (uuids) in another order; each takes the time of its place.

    All or none. Raises Conflict when the queue is another one by now, Refused, NotAllowed.
    """
    posts = _held(stream, actor, now)
    by_id = {post.uuid: post for post in posts}
    if len(order) != len(posts) or set(order) != set(by_id):
        raise Conflict(say("The queue has changed meanwhile. Here it is as it stands now."))
    _give(stream, [by_id[one] for one in order], _times(posts), actor, now)


def put(stream: Stream, post: Post, *, first: bool, actor: Actor, now: datetime) -> None:
    """Put a post into the queue, before all others or after them. Those in between move up to the next free slot."""
    queue = _held(stream, actor, now, also=post)
    if not post.plannable or post.home.id != stream.id:
        raise Conflict(say("Only a post of this stream that has not gone out can wait here."))
    rest = [one for one in queue if one.id != post.id]
    times = _times(rest)
    after = now if first or not times else times[-1]
    taken = planned_in(stream, now, now + FAR, but=post.uuid)
    free = next_free(Cadence.of(stream), stream.timezone, after, taken)
    if free is None:
        raise Refused(
            {"slot": say("“%(name)s” has no free slot. Give it a cadence first.", name=stream.name)}
        )
    _give(stream, [post, *rest] if first else [*rest, post], sorted([*times, free]), actor, now)


def take_out(stream: Stream, post: Post, *, close: bool, actor: Actor, now: datetime) -> None:
    """The post loses its time. `close`: those behind it move up, else its slot is left free."""
    queue = _held(stream, actor, now)
    if post not in queue:
        raise Conflict(say("The queue has changed meanwhile. Here it is as it stands now."))
    times = _times(queue)
    if post.state == "scheduled":
        unschedule(post, actor=actor, now=now)
    edit(post, {"publish_at": None}, version=post.version, actor=actor, now=now)
    if close:
        _give(stream, [one for one in queue if one is not post], times[:-1], actor, now)


def fill_gaps(stream: Stream, since: datetime, until: datetime, *, actor: Actor, now: datetime) -> list[Post]:
    """A draft in every empty slot of [since, until), at most fifty; they begin as the stream's posts do."""
    actor.need("write posts", stream.team_id)
    _readable(stream)
    hold_streams_of([], also=stream.id)
    begin, end = max(since, now), min(until, now + FAR)
    cadence = Cadence.of(stream)
    offered = slots(cadence, stream.timezone, begin, end) if cadence and begin < end else []
    # A post fills a slot of its day, wherever in the day it stands.
    taken = planned_in(stream, begin - timedelta(days=2), end + timedelta(days=2))
    open_ = [at for at in unfilled(offered, taken, stream.timezone) if at > now][:MOST_FILLED]
    begun = beginning_of(stream)
    made = []
    for at in open_:
        wall = to_wall(at, stream.timezone)
        title = str(begun.get("title") or "") or f"{stream.name}, {in_words(wall.date(), 'EEEE d MMMM')}"
        values = {**begun, "title": title}
        plan = {"publish_at": wall.isoformat(timespec="seconds"), "timezone": stream.timezone,
                "fold": wall_fold(at, stream.timezone)}  # fmt: skip
        made.append(draft({**values, **plan}, actor=actor, now=now))
    if made:
        record("gaps filled", stream.handle, actor=actor, team_id=stream.team_id,
               after={"posts": [post.uuid for post in made]})  # fmt: skip
    return made


def empty_gaps(posts: Sequence[Post], *, actor: Actor) -> int:
    """Throw away the drafts of `fill_gaps` that are still as they were made; how many stay because somebody wrote."""
    stay = 0
    for post in sorted(posts, key=lambda one: one.id):
        lock(post)
        if post.state == "draft" and post.version == 1 and post.author_id == actor.person.id:
            discard(post, actor=actor)
        else:
            stay += 1
    return stay


def _held(stream: Stream, actor: Actor, now: datetime, *, also: Post | None = None) -> list[Post]:
    """The queue, taken for this transaction: of two who change it at once, one waits and sees what the other did.

    First the posts by id (and `also` the one that comes in), then their streams, as all who change posts do.
    """
    actor.need("write posts", stream.team_id)
    _readable(stream)
    posts = {post.id: post for post in [*queue_of(stream, now), *([also] if also else [])]}
    for number in sorted(posts):
        lock(posts[number])
    hold_streams_of(list(posts), also=stream.id)
    return queue_of(stream, now)


def _readable(stream: Stream) -> None:
    try:
        Cadence.of(stream)
    except BadCadence as bad:
        raise Conflict(bad.sentence) from None


def _give(
    stream: Stream, order: Sequence[Post], times: Sequence[datetime], actor: Actor, now: datetime
) -> None:
    for post, at in zip(order, times, strict=True):
        if post.due_at != at:
            wall = to_wall(at, stream.timezone).isoformat(timespec="seconds")
            fold = wall_fold(at, stream.timezone)
            reschedule(post, wall, stream.timezone, version=post.version, actor=actor, now=now, fold=fold)


def _times(posts: Sequence[Post]) -> list[datetime]:
    return sorted(post.due_at for post in posts if post.due_at)


def _waiting(stream: Stream, now: datetime) -> list[Post]:
    wanted = _at_home(stream).where(Post.state.in_(WAITING), Post.due_at > now, Post.due_at < now + FAR)
    return list(db.session.scalars(wanted.order_by(Post.due_at, Post.id).limit(MOST)))


def _at_home(stream: Stream) -> sa.Select[Post]:
    at_home = sa.exists().where(
        PostStream.post_id == Post.id, PostStream.stream_id == stream.id, PostStream.position == 0
    )
    return sa.select(Post).where(Post.team_id == stream.team_id, Post.is_unfinished(), at_home)
