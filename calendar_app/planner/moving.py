"""Moving a post on the plan: to another day with the clock it has, or to a time of its own; its first one, too."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from calendar_app.errors import Conflict, Refused
from calendar_app.languages import say
from calendar_app.planner.plan import MOVABLE
from calendar_app.posts.proposing import time_on
from calendar_app.posts.scheduling import reschedule
from calendar_app.posts.state_words import in_a_sentence
from calendar_app.times import TimeProblem, parse_wall, to_utc, to_wall, wall_fold

if TYPE_CHECKING:
    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post


class Moved(NamedTuple):
    """`was` is the day it stood on, `local` its new time; both on the clocks of the calendar. `before`: the instant.

    A post that had no time stood on no day.
    """

    was: date | None
    local: datetime
    before: datetime | None


class Where(NamedTuple):
    """A place on the plan, as it was pointed at: an instant, else a day of the calendar, else so many days further."""

    at: datetime | None = None
    day: date | None = None
    days: int = 0


class Time(NamedTuple):
    """A time as a post keeps it: wall clock and zone. `fold` says which of two equal ones, None: nobody has said."""

    wall: str
    timezone: str
    fold: int | None


def move_post(
    post: Post, day: date, *, version: int, actor: Actor, now: datetime, shown_in: str | None = None
) -> Moved:
    """Move a planned post so that the calendar shows it on `day`; its wall clock in its own zone stays.

    `shown_in` is the zone of the calendar, the post's own when left out: where the two lie on different days,
    the shown one is meant. Raises Refused, Stale, Conflict, NotAllowed.
    """
    return put(post, Where(day=day), version=version, actor=actor, now=now, shown_in=shown_in)


def put(
    post: Post, where: Where, *, version: int, actor: Actor, now: datetime, shown_in: str | None = None
) -> Moved:
    """Move a post to a place of the plan. Raises Refused, Stale, Conflict, NotAllowed."""
    to = landing(post, where, now=now, shown_in=shown_in)
    need_movable(post)
    zone, before = shown_in or to.timezone, post.due_at
    if before is None or to != standing(post):
        reschedule(post, to.wall, to.timezone, version=version, fold=to.fold, actor=actor, now=now)
    assert post.due_at is not None  # noqa: S101  (it has one now)
    was = to_wall(before, zone).date() if before else None
    return Moved(was, to_wall(post.due_at, zone), before)


def need_movable(post: Post) -> None:
    """Raises Conflict for what has gone out or should have."""
    if post.state not in MOVABLE:
        raise Conflict(_why_not(post))


def landing(post: Post, where: Where, *, now: datetime, shown_in: str | None = None) -> Time:
    """The time that a post would get there, whatever state it is in.

    One that has none takes on a day what its stream offers there. Raises Refused where nothing says which day.
    """
    if post.due_at is None or post.publish_at is None or post.timezone is None:
        return _first_time(post, where, now, shown_in)
    if where.at is not None:
        wall = to_wall(where.at, post.timezone).isoformat(timespec="seconds")
        return Time(wall, post.timezone, wall_fold(where.at, post.timezone))
    days = where.days
    if where.day is not None:
        days = (where.day - to_wall(post.due_at, shown_in or post.timezone).date()).days
    if not days:
        return standing(post)
    try:
        moved = parse_wall(post.publish_at) + timedelta(days=days)
    except OverflowError:
        raise Refused({"date": say("That is too far away. Choose a nearer day.")}) from None
    return Time(moved.isoformat(), post.timezone, None)


def standing(post: Post) -> Time:
    """The time that a post has."""
    assert post.due_at is not None and post.publish_at is not None and post.timezone is not None  # noqa: S101
    wall = parse_wall(post.publish_at)
    return Time(wall.isoformat(timespec="seconds"), post.timezone, wall_fold(post.due_at, post.timezone))


def _first_time(post: Post, where: Where, now: datetime, shown_in: str | None) -> Time:
    """Of the day that the calendar shows; the hours are those of the post's home."""
    if where.at is not None:
        zone = post.timezone or post.home.timezone
        return Time(to_wall(where.at, zone).isoformat(timespec="seconds"), zone, wall_fold(where.at, zone))
    if where.day is None:
        raise Refused({"date": say("This post has no time yet. Choose a day for it.")})
    zone = post.home.timezone
    wall = parse_wall(time_on(where.day, post.home, now))
    try:
        shown = to_wall(to_utc(wall, zone, fold=0), shown_in or zone).date()
    except TimeProblem:
        shown = where.day
    wall += timedelta(days=(where.day - shown).days)
    return Time(wall.isoformat(timespec="seconds"), zone, 0)


def _why_not(post: Post) -> str:
    title = post.title or say("This post")
    if post.state == "missed":
        return say("“%(title)s” missed its time. Open it to choose a new one.", title=title)
    state = in_a_sentence(post.state)
    return say("“%(title)s” has been %(state)s and keeps its day.", title=title, state=state)
