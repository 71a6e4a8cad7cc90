"""What the list of streams and the form's preview show: slots to come, and whether something is planned for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from calendar_app.extensions import db
from calendar_app.people.roles import scoped
from calendar_app.posts.models import Post, PostStream
from calendar_app.streams.breaks import Pause, breaks_of
from calendar_app.streams.cadence import BadCadence, Cadence, slots
from calendar_app.streams.forms import words_of
from calendar_app.streams.models import Stream
from calendar_app.times import TimeProblem, to_wall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.people.roles import Actor

WINDOW = timedelta(days=400)
WINDOWS = 4
FILLING = ("draft", "in_review", "approved", "scheduled")


@dataclass(frozen=True)
class Row:
    """A stream, its promise in words, the next moment it names, and whether a post is planned for that moment."""

    stream: Stream
    words: str
    slot: datetime | None
    filled: bool
    pause: Pause | None = None


def rows(actor: Actor, now: datetime, *, archived: bool = False) -> list[Row]:
    """The streams of the asker's teams by name."""
    found = db.session.scalars(
        scoped(Stream, actor)
        .where(Stream.archived_at.is_not(None) if archived else Stream.archived_at.is_(None))
        .options(selectinload(Stream.accounts), joinedload(Stream.responsible), joinedload(Stream.team))
        .order_by(sa.func.lower(Stream.name), Stream.id)
    ).all()
    next_slots = {stream.id: _next_slot(stream, now) for stream in found}
    filled = _filled({number: slot for number, slot in next_slots.items() if slot})
    return [
        Row(stream, words_of(stream), next_slots[stream.id], stream.id in filled, pause_now(stream, now))
        for stream in found
    ]


def pause_now(stream: Stream, now: datetime) -> Pause | None:
    """The pause that the stream makes today, on its own clocks."""
    try:
        return breaks_of(stream).pause_on(to_wall(now, stream.timezone).date())
    except TimeProblem:
        return None


def upcoming(cadence: Cadence, zone: str, now: datetime, count: int = 5) -> list[datetime]:
    """The next slots, UTC; fewer than `count` where the cadence offers no more within four years."""
    found: list[datetime] = []
    since = now
    for _ in range(WINDOWS if cadence else 0):
        found += slots(cadence, zone, since, since + WINDOW, limit=count - len(found))
        if len(found) >= count:
            break
        since += WINDOW
    return found


def _next_slot(stream: Stream, now: datetime) -> datetime | None:
    """One stream that cannot be read must not take the list down."""
    try:
        return next(iter(upcoming(Cadence.of(stream), stream.timezone, now, 1)), None)
    except (BadCadence, TimeProblem):
        return None


def _filled(wanted: dict[int, datetime]) -> set[int]:
    """The streams among `wanted` (id → slot) that have a post planned for that very moment."""
    if not wanted:
        return set()
    pairs: Sequence[sa.Row[int, datetime | None]] = db.session.execute(
        sa.select(PostStream.stream_id, Post.due_at)
        .join(Post, Post.id == PostStream.post_id)
        .where(
            Post.is_unfinished(),
            Post.team_id.in_(sa.select(Stream.team_id).where(Stream.id.in_(wanted))),
            PostStream.stream_id.in_(wanted),
            Post.due_at.in_(set(wanted.values())),
            Post.state.in_(FILLING),
        )
    ).all()
    return {number for number, at in pairs if at == wanted[number]}
