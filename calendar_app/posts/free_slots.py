"""The next free slots of a post's home stream, each with what speaks for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa
from flask_babel import ngettext

from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.posts import saying
from calendar_app.posts.models import Post, PostStream
from calendar_app.posts.values import wall_text
from calendar_app.streams.cadence import Cadence, next_free
from calendar_app.times import TimeProblem, to_utc, to_wall, wall_fold

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from calendar_app.streams.models import Stream

MOST = 3
# A slot's week is looked at from its Monday to its Sunday, wherever in the week it lies.
AROUND = timedelta(days=8)
NOT_COMING = ("missed", "withdrawn")


class Slot(NamedTuple):
    """`wall`, `timezone` and `fold` as the form takes them; `label` without the zone."""

    at: datetime
    wall: str
    timezone: str
    fold: int
    label: str
    reason: str


def free_slots(streams: Sequence[Stream], *, now: datetime, but: str = "", count: int = MOST) -> list[Slot]:
    """The next free slots of the first stream; `but` is the uuid of the post that looks for one."""
    if not streams or not streams[0].cadence:
        return []
    home = streams[0]
    cadence = Cadence.readable(home)
    taken = _planned([home], but, now)
    found: list[datetime] = []
    while len(found) < count:
        slot = next_free(cadence, home.timezone, now, [*taken, *found])
        if slot is None:
            break
        found.append(slot)
    if not found:
        return []
    others = _planned(streams, but, now - AROUND, found[-1] + AROUND)
    kept = _planned([home], but, now - AROUND, found[-1] + AROUND)
    return [_slot(at, home, others, kept, now) for at in found]


def slot_at(wall: datetime, zone: str, now: datetime) -> Slot | None:
    """Any time as a slot that can be pressed, without a reason; None for one that the clocks skip."""
    try:
        at = to_utc(wall, zone, fold=0)
    except TimeProblem:
        return None
    return Slot(at, wall_text(wall.isoformat()), zone, 0, saying.clock(at, zone, now=now), "")


def _slot(
    at: datetime, home: Stream, others: Collection[datetime], kept: Collection[datetime], now: datetime
) -> Slot:
    zone = home.timezone
    return Slot(
        at, wall_text(to_wall(at, zone).isoformat()), zone, wall_fold(at, zone),
        saying.clock(at, zone, now=now), _reason(at, home, others, kept),
    )  # fmt: skip


def _reason(at: datetime, home: Stream, others: Collection[datetime], kept: Collection[datetime]) -> str:
    wall = to_wall(at, home.timezone)
    walls = [to_wall(other, home.timezone) for other in others]
    same_day = sum(1 for other in walls if other.date() == wall.date())
    week = wall.isocalendar()[:2]
    first_of_week = not any(to_wall(one, home.timezone).isocalendar()[:2] == week for one in kept)
    reasons = [
        say("first of “%(stream)s” in week %(week)s", stream=home.name, week=week[1])
        if first_of_week
        else say("usual time of “%(stream)s”", stream=home.name),
        str(ngettext("%(num)d other post that day", "%(num)d other posts that day", same_day))
        if same_day
        else say("nothing else that day"),
    ]
    return ", ".join(reasons)


def _planned(
    streams: Sequence[Stream], but: str, since: datetime, until: datetime | None = None
) -> list[datetime]:
    rows = db.session.scalars(
        sa.select(Post.due_at)
        .join(PostStream, PostStream.post_id == Post.id)
        .where(
            Post.team_id.in_({stream.team_id for stream in streams}),
            PostStream.stream_id.in_([stream.id for stream in streams]), Post.state.not_in(NOT_COMING),
            Post.uuid != but, Post.due_at > since, Post.due_at < until if until else sa.true(),
        )
        .distinct()
    )  # fmt: skip
    return [at for at in rows if at]
