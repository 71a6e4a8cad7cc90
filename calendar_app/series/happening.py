"""The event that the posts of a series tell of: so many days after the day of each post, at the same time of day. Pure.

Kept in a series' content as `{days, time, ends_days, ends_time, timezone, location}`; `ends_time` is empty where no end
is said. Days are counted between the clocks of the post and those of the event, so that both keep their time of day
when the clocks change. Fewer than none: it has happened when the post goes out.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from calendar_app.errors import Refused
from calendar_app.languages import say, say_count
from calendar_app.posts.values import values_of, wall_text
from calendar_app.times import TimeProblem, known_zone, parse_wall, to_wall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_app.posts.models import Post

NOT_AT_ALL = timedelta()


def distance(post: Post, day: date | None = None, *, by: timedelta = NOT_AT_ALL) -> dict[str, Any] | None:
    """Of the post's event from the post's own day; where it has no time, from `day`. None without an event.

    As if both were later by so much.
    """
    event = values_of(post)["event"]
    if not event:
        return None
    starts = parse_wall(event["starts_at"]) + by
    ends = parse_wall(event["ends_at"]) + by if event["ends_at"] else None
    since = (parse_wall(post.publish_at) + by).date() if post.publish_at else day or starts.date()
    return {
        "days": (starts.date() - since).days,
        "time": _clock(starts),
        "ends_days": (ends.date() - since).days if ends else 0,
        "ends_time": _clock(ends) if ends else "",
        "timezone": event["timezone"],
        "location": event["location"],
    }


def event_on(kept: Mapping[str, Any] | None, day: date) -> dict[str, str] | None:
    """The event of the post of this day, as a post takes it. Raises Refused where it lies beyond all years."""
    if not kept:
        return None
    zone = str(kept["timezone"])
    return {
        "starts_at": _wall(day + timedelta(days=kept["days"]), kept["time"], zone),
        "ends_at": _wall(day + timedelta(days=kept["ends_days"]), kept["ends_time"], zone)
        if kept["ends_time"]
        else "",
        "timezone": zone,
        "location": kept["location"],
    }


def shifted(kept: Mapping[str, Any] | None, by: timedelta) -> dict[str, Any] | None:
    """So much later on the clocks, end and all: what is past midnight is on the next day."""
    if not kept:
        return None
    days, time = _shifted(kept["days"], kept["time"], by)
    ends_days, ends_time = (
        _shifted(kept["ends_days"], kept["ends_time"], by) if kept["ends_time"] else (0, "")
    )
    return {**kept, "days": days, "time": time, "ends_days": ends_days, "ends_time": ends_time}


def in_words(kept: Mapping[str, Any] | None) -> str:
    """`3 days after the post at 18:00, Library`; empty without an event."""
    if not kept:
        return ""
    days, time = kept["days"], kept["time"]
    if not days:
        told = say("on the day of the post at %(time)s", time=time)
    elif days > 0:
        told = say_count(
            "%(num)d day after the post at %(time)s",
            "%(num)d days after the post at %(time)s",
            days,
            time=time,
        )
    else:
        told = say_count(
            "%(num)d day before the post at %(time)s",
            "%(num)d days before the post at %(time)s",
            -days,
            time=time,
        )
    return f"{told}, {kept['location']}" if kept["location"] else told


def _clock(wall: datetime) -> str:
    return wall_text(wall.isoformat()).partition("T")[2]


def _shifted(days: int, clock: str, by: timedelta) -> tuple[int, str]:
    start = datetime(2000, 1, 1)  # noqa: DTZ001  (any day: a clock on a wall)
    wall = parse_wall(f"{start.date().isoformat()}T{clock}") + by
    return days + (wall.date() - start.date()).days, _clock(wall)


def _wall(day: date, clock: str, zone: str) -> str:
    """What the clocks show then; behind a gap of the clocks where they never show that time. Raises Refused."""
    try:
        wall = parse_wall(f"{day.isoformat()}T{clock}")
    except TimeProblem as problem:
        # Beyond the years we plan in.
        raise Refused({"event": problem.sentence}) from None
    instant = wall.replace(tzinfo=known_zone(zone), fold=0).astimezone(UTC)
    return wall_text(to_wall(instant, zone).isoformat())
