"""What pages show of series: the list, the days to come of one, and the line beside a post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from calendar_app.extensions import db
from calendar_app.people.roles import scoped
from calendar_app.series.checking import kept
from calendar_app.series.models import Occurrence, Series
from calendar_app.series.wording import words
from calendar_app.streams.models import Stream
from calendar_app.streams.rules import BadCadence
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post

SHOWN_DAYS = 20


@dataclass(frozen=True)
class Row:
    """A series in the list: in words, its streams, and its next day."""

    series: Series
    words: str
    streams: Sequence[Stream]
    next: date | None


@dataclass(frozen=True)
class Day:
    """`post` is None while it is not made yet, or (`gone`) was thrown away by a person. `left_out`: by the series."""

    day: date
    time: str
    post: Post | None = None
    gone: bool = False
    left_out: bool = False


@dataclass(frozen=True)
class Part:
    """The series that a post is part of, in words, and the day for which it was made."""

    series: Series
    words: str
    day: date


def rows(actor: Actor, now: datetime, *, ended: bool = False) -> list[Row]:
    """The series of the asker's teams, the newest first; those that have ended apart."""
    wanted = scoped(Series, actor).where(Series.removed_at.is_(None))
    wanted = wanted.where(Series.ended_at.is_not(None) if ended else Series.ended_at.is_(None))
    found = db.session.scalars(wanted.order_by(Series.id.desc()).limit(500)).all()
    handles = {handle for series in found for handle in series.handles}
    streams = {
        one.handle: one for one in db.session.scalars(sa.select(Stream).where(Stream.handle.in_(handles)))
    }
    return [
        Row(
            series,
            in_words_of(series),
            [streams[one] for one in series.handles if one in streams],
            _next(series, now),
        )
        for series in found
    ]


def streams_of(series: Series) -> list[Stream]:
    """The streams of its posts, the home first."""
    found = db.session.scalars(sa.select(Stream).where(Stream.handle.in_(series.handles)))
    return sorted(found, key=lambda one: series.handles.index(one.handle))


def in_words_of(series: Series) -> str:
    """One series that cannot be read must not take a page down."""
    try:
        return words(kept(series))
    except BadCadence:
        return series.rule


def days_of(series: Series, now: datetime) -> list[Day]:
    """The days from today on, made or not, left out or not: the next twenty, and all for which there is a post."""
    made = kept(series)
    today = to_wall(now, made.zone).date()
    with_posts = {
        row.day: row
        for row in db.session.scalars(
            sa.select(Occurrence)
            .where(Occurrence.series_id == series.id, Occurrence.day >= today.isoformat())
            .options(joinedload(Occurrence.post))
        )
    }
    coming = [] if series.ended_at else made.next_days(today, SHOWN_DAYS)
    # Behind the last day of a series that ends lies what was left out at its end, and can be put in again.
    last = coming[-1] if len(coming) == SHOWN_DAYS else date.max
    out = {day for day in made.skipped if today <= day <= last}
    days = {*coming, *out, *(date.fromisoformat(day) for day, row in with_posts.items() if row.post)}
    return [
        _day(day, made.wall(day).strftime("%H:%M"), with_posts.get(day.isoformat()), day in out)
        for day in sorted(days)
    ]


def part_of(post: Post | None) -> Part | None:
    """For the composer."""
    if post is None:
        return None
    row = db.session.scalar(
        sa.select(Occurrence).where(Occurrence.post_id == post.id).options(joinedload(Occurrence.series))
    )
    return Part(row.series, in_words_of(row.series), date.fromisoformat(row.day)) if row else None


def _day(day: date, time: str, row: Occurrence | None, out: bool) -> Day:
    post = row.post if row else None
    return Day(day, time, post, gone=row is not None and post is None, left_out=out and post is None)


def _next(series: Series, now: datetime) -> date | None:
    try:
        made = kept(series)
        days = made.next_days(to_wall(now, made.zone).date(), 2)
        return next((day for day in days if made.instant(day) > now), None)
    except BadCadence:
        return None
