"""Moving a post to another day: the clock stays, the day changes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from calendar_app.errors import Conflict, Refused
from calendar_app.languages import say
from calendar_app.planner.plan import MOVABLE
from calendar_app.posts.scheduling import reschedule
from calendar_app.posts.state_words import in_a_sentence
from calendar_app.times import parse_wall, to_wall

if TYPE_CHECKING:
    from datetime import date, datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post


class Moved(NamedTuple):
    """`was` is the day it stood on, `local` its new time; both on the clocks of the calendar."""

    was: date
    local: datetime


def move_post(
    post: Post, day: date, *, version: int, actor: Actor, now: datetime, shown_in: str | None = None
) -> Moved:
    """Move a planned post so that the calendar shows it on `day`; its wall clock in its own zone stays.

    `shown_in` is the zone of the calendar, the post's own when left out: where the two lie on different days,
    the shown one is meant. Raises Refused, Stale, Conflict, NotAllowed.
    """
    if post.due_at is None or post.publish_at is None or post.timezone is None:
        raise Refused({"date": say("This post has no time yet. Open it and choose one.")})
    if post.state not in MOVABLE:
        raise Conflict(_why_not(post))
    zone = shown_in or post.timezone
    was = to_wall(post.due_at, zone).date()
    wall = parse_wall(post.publish_at) + timedelta(days=(day - was).days)
    if day != was:
        reschedule(post, wall.isoformat(), post.timezone, version=version, actor=actor, now=now)
    return Moved(was, to_wall(post.due_at, zone))


def _why_not(post: Post) -> str:
    title = post.title or say("This post")
    if post.state == "missed":
        return say("“%(title)s” missed its time. Open it to choose a new one.", title=title)
    state = in_a_sentence(post.state)
    return say("“%(title)s” has been %(state)s and keeps its day.", title=title, state=state)
