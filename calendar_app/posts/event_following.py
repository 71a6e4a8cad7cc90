"""The event of a series' post follows its time: as much later or earlier on the clocks as the post itself.

In a series the event belongs to the day and hour of its post (series/happening.py). Of any other post it is when it
is, whenever the post tells of it.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.series.models import Occurrence
from calendar_app.times import TimeProblem, known_zone, parse_wall, to_wall

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from calendar_app.posts.models import Post


def followed(post: Post, instant: datetime) -> dict[str, Any]:
    """The columns of its event once the post goes out at `instant`; empty where the event does not follow."""
    if post.due_at is None or post.timezone is None or post.event_starts_at is None:
        return {}
    by = to_wall(instant, post.timezone) - to_wall(post.due_at, post.timezone)
    if not by or not _in_series(post):
        return {}
    zone = post.event_timezone or post.timezone
    columns = {"event_starts_at": post.event_starts_at, "event_ends_at": post.event_ends_at}
    return {name: at and _later(at, by, zone) for name, at in columns.items()}


def shifted(event: Mapping[str, str], by: timedelta) -> dict[str, str]:
    """The event, as values of a post have it, so much later. As it is where it would lie beyond all years."""
    try:
        moved = {name: _text(event[name], by) for name in ("starts_at", "ends_at")}
    except (TimeProblem, OverflowError):
        return dict(event)
    return {**event, **moved}


def only_followed(post: Post, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the event differs between these values of a post in nothing but that it followed its time."""
    if not (before["event"] and after["event"] and before["publish_at"] and after.get("publish_at")):
        return False
    if before["timezone"] != after["timezone"] or before["publish_at"] == after["publish_at"]:
        return False
    by = parse_wall(after["publish_at"]) - parse_wall(before["publish_at"])
    return after["event"] == shifted(before["event"], by) and _in_series(post)


def _in_series(post: Post) -> bool:
    return post.id is not None and bool(
        db.session.scalar(sa.select(sa.exists().where(Occurrence.post_id == post.id)))
    )


def _later(at: datetime, by: timedelta, zone: str) -> datetime:
    """By the clocks of the zone; behind a gap where they never show that time."""
    try:
        wall = to_wall(at, zone) + by
    except OverflowError:
        return at
    return wall.replace(tzinfo=known_zone(zone), fold=0).astimezone(UTC)


def _text(wall: str, by: timedelta) -> str:
    if not wall:
        return ""
    moved = parse_wall(wall) + by
    return moved.isoformat(timespec="seconds" if moved.second else "minutes")
