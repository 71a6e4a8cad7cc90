"""What readers see of streams: what came lately, what is coming as far as each stream tells, how often it speaks."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from calendar_app import links
from calendar_app.extensions import db
from calendar_app.feeds.entries import event_time, named_streams, reveal
from calendar_app.feeds.entry import one_line
from calendar_app.feeds.knowing import known
from calendar_app.posts.models import Post, PostStream
from calendar_app.posts.text import excerpt
from calendar_app.posts.wording import in_language
from calendar_app.streams.cadence import BadCadence, Cadence, slots
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from calendar_app.posts.wording import Words

log = logging.getLogger(__name__)

WEEKS = 12
HEADING_LENGTH = 80


@dataclass(frozen=True)
class Coming:
    """Something ahead: a planned post, or the event that a published one tells of. `title` empty: only its time.

    `zone` is the one whose clocks tell the time: the event's own, else the stream's.
    """

    at: datetime
    zone: str
    stream: Stream
    title: str
    language: str
    uuid: str | None
    location: str = ""


@dataclass(frozen=True)
class Beat:
    """How often a stream speaks: what it promises a week (None: nothing promised), what came in the last weeks."""

    promised: float | None
    came: int


def lately(streams: Sequence[Stream], *, each: int) -> dict[int, list[Post]]:
    """The latest published posts by stream id, newest first, at most `each`."""
    numbers = known(f"the latest {each}", streams, partial(_latest, each))
    rows = db.session.scalars(
        sa.select(Post)
        .where(Post.id.in_({one for row in numbers.values() for one in row}), Post.state == "published")
        .options(selectinload(Post.translations))
    )
    posts = {post.id: post for post in rows}
    return {one.id: [posts[number] for number in numbers[one.id] if number in posts] for one in streams}


def _latest(each: int, stream_ids: Collection[int]) -> dict[int, list[int]]:
    place = sa.func.row_number().over(
        partition_by=PostStream.stream_id, order_by=(Post.published_at.desc(), Post.id.desc())
    )
    ranked = (
        sa.select(PostStream.stream_id, Post.id, place.label("place"))
        .join(Post, Post.id == PostStream.post_id)
        .where(PostStream.stream_id.in_(stream_ids), Post.state == "published")
        .subquery()
    )
    rows = db.session.execute(
        sa.select(ranked.c.stream_id, ranked.c.id)
        .where(ranked.c.place <= each)
        .order_by(ranked.c.stream_id, ranked.c.place)
    )
    found: dict[int, list[int]] = {number: [] for number in stream_ids}
    for row in rows:
        found[row.stream_id].append(row.id)
    return found


def coming(streams: Sequence[Stream], now: datetime, *, most: int, language: str = "") -> list[Coming]:
    """What is ahead, soonest first: plans as far as their streams tell of them, and events of published posts.

    Each in this `language` where it has it, else in that of its stream.
    """
    ids = [one.id for one in streams]
    within = sa.exists().where(PostStream.post_id == Post.id, PostStream.stream_id.in_(ids))
    silent = sa.or_(Stream.public_schedule == "nothing", Stream.visibility == "internal")
    untold = sa.exists().where(PostStream.post_id == Post.id, Stream.id == PostStream.stream_id, silent)
    wanted = (
        sa.select(Post)
        .where(within)
        .limit(most)
        .options(
            selectinload(Post.in_streams).selectinload(PostStream.stream), selectinload(Post.translations)
        )
    )
    # Each by its own index: asked for together, all that was ever written would be looked at.
    planned = wanted.where(Post.is_scheduled(), Post.due_at > now, ~untold)
    events = wanted.where(Post.state == "published", Post.event_starts_at > now)
    rows = [
        *((post.due_at, post) for post in db.session.scalars(planned.order_by(Post.due_at, Post.id))),
        *(
            (post.event_starts_at, post)
            for post in db.session.scalars(events.order_by(Post.event_starts_at, Post.id))
        ),
    ]
    rows.sort(key=lambda row: (row[0], row[1].id))
    told = [_told(post, streams, language) for _, post in rows[:most]]
    return [one for one in told if one is not None]


def beats(streams: Sequence[Stream], now: datetime) -> dict[int, Beat]:
    """By stream id. What came is counted, what is promised is computed; nothing is measured about readers."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(weeks=WEEKS)
    came = known("what came", streams, partial(_came, since), since=since)
    return {one.id: Beat(_promised(one, now), came[one.id]) for one in streams}


def _came(since: datetime, stream_ids: Collection[int]) -> dict[int, int]:
    rows = db.session.execute(
        sa.select(PostStream.stream_id, sa.func.count().label("posts"))
        .join(Post, Post.id == PostStream.post_id)
        .where(PostStream.stream_id.in_(stream_ids), Post.state == "published", Post.published_at > since)
        .group_by(PostStream.stream_id)
    )
    found = {row.stream_id: int(row.posts) for row in rows}
    return {number: found.get(number, 0) for number in stream_ids}


def heading(post: Post | Words) -> str:
    """The title on one line; where there is none the beginning of the text, so that every link has words."""
    return one_line(post.title) or beginning(post, HEADING_LENGTH) or links.post(post.uuid)


def beginning(post: Post | Words, length: int) -> str:
    """The text's first words; nothing where it cannot be read, as one bad post takes no list down."""
    try:
        return excerpt(post.text, length)
    except (ValueError, TypeError) as problem:
        log.error("post %s cannot be read: %s", post.uuid, problem)
        return ""


def open_post(uuid: str) -> Post | None:
    """A post that readers may know of: published, or withdrawn (told apart by its state), in a stream with a page."""
    post = db.session.scalar(
        sa.select(Post)
        .where(Post.uuid == uuid, Post.state.in_(("published", "withdrawn")))
        .options(selectinload(Post.in_streams).selectinload(PostStream.stream))
    )
    return post if post and any(stream.has_feed for stream in post.streams) else None


def _told(post: Post, streams: Sequence[Stream], language: str) -> Coming | None:
    ours = [one for one in post.streams if one in streams]
    stream = (ours or list(named_streams(post)))[0]
    event, words = event_time(post), in_language(post, language, stream.language)
    if post.state == "published" and event:
        return Coming(
            event.starts_at, event.timezone, stream, heading(words), words.language, post.uuid, event.location
        )
    shown = reveal(post)
    if shown is None or post.due_at is None:
        return None
    title = one_line(words.title) if shown == "title" else ""
    return Coming(post.due_at, stream.timezone, stream, title, words.language, None)


def _promised(stream: Stream, now: datetime) -> float | None:
    try:
        cadence = Cadence.from_json(stream.cadence)
    except BadCadence as problem:
        log.error("stream %s has a cadence that cannot be read: %s", stream.handle, problem)
        return None
    if not cadence:
        return None
    return len(slots(cadence, stream.timezone, now, now + timedelta(weeks=WEEKS))) / WEEKS
