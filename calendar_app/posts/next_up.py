"""What is written next: the first promised time from a moment on that nothing fills, in any stream of the team."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa
from flask_babel import gettext as _

from calendar_app.extensions import db
from calendar_app.planner.promises import unfilled
from calendar_app.posts import saying
from calendar_app.posts.crowded import GOES_OUT
from calendar_app.posts.models import Post, PostStream
from calendar_app.streams.cadence import BadCadence, Cadence, slots
from calendar_app.streams.models import Stream
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.ways_on import Way

FAR = timedelta(days=21)
# A post fills a slot of its day, wherever in the day it stands: the days at both ends are looked at whole.
WHOLE_DAYS = timedelta(days=2)


class Gap(NamedTuple):
    """A promised time without a post; `address` begins the post there."""

    stream: Stream
    at: datetime

    @property
    def address(self) -> str:
        wall = to_wall(self.at, self.stream.timezone)
        return f"/posts/new?stream={self.stream.handle}&at={wall:%Y-%m-%dT%H:%M}"


def next_gap(streams: Sequence[Stream], since: datetime, now: datetime) -> Gap | None:
    """The first gap in [since, three weeks later); of several at once, the one of the first stream."""
    since = max(since, now)
    taken = _planned(streams, since - WHOLE_DAYS, since + FAR + WHOLE_DAYS)
    found = [
        Gap(stream, at)
        for stream in streams
        for at in unfilled(_promised(stream, since), taken[stream.id], stream.timezone)
        if at >= since
    ]
    return min(found, key=lambda gap: gap.at, default=None)


def streams_of(team_id: int) -> list[Stream]:
    """Those in use, by name."""
    rows = sa.select(Stream).where(Stream.team_id == team_id, Stream.archived_at.is_(None))
    return list(db.session.scalars(rows.order_by(sa.func.lower(Stream.name), Stream.id)))


def way_on(post: Post, now: datetime) -> Way:
    """From a post that has its time to the next one that is missing, else to one more in the same stream."""
    gap = next_gap(streams_of(post.team_id), post.due_at or now, now)
    label = str(_("Write the next one"))
    if gap is None:
        return {"label": label, "href": f"/posts/new?stream={post.home.handle}"}
    when = saying.clock(gap.at, gap.stream.timezone, now=now)
    return {"label": label, "href": gap.address, "detail": f"{gap.stream.name}, {when}"}


def way_to_plan(post: Post, zone: str) -> Way | None:
    """To its day in the calendar, which shows days of this zone."""
    if post.due_at is None:
        return None
    day = to_wall(post.due_at, zone).date().isoformat()
    return {"label": str(_("See it in the calendar")), "href": f"/calendar?view=month&date={day}#d-{day}"}


def _promised(stream: Stream, since: datetime) -> list[datetime]:
    """From the day before: an earlier post of that day fills an earlier slot."""
    try:
        cadence = Cadence.of(stream)
    except BadCadence:
        return []
    return slots(cadence, stream.timezone, since - WHOLE_DAYS, since + FAR) if cadence else []


def _planned(streams: Sequence[Stream], since: datetime, until: datetime) -> defaultdict[int, list[datetime]]:
    rows = db.session.execute(
        sa.select(PostStream.stream_id, Post.due_at)
        .join(Post, Post.id == PostStream.post_id)
        .where(
            Post.team_id.in_({stream.team_id for stream in streams}),
            PostStream.stream_id.in_([stream.id for stream in streams]), Post.state.in_(GOES_OUT),
            Post.due_at > since, Post.due_at < until,
        )
    )  # fmt: skip
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    for number, at in rows:
        if at:
            found[number].append(at)
    return found
