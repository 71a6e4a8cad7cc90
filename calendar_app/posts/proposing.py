"""What a new post begins with: the stream and the time that the address asks for, and the rest from the stream."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.planner.promises import unfilled
from calendar_app.posts.crowded import planned_in
from calendar_app.posts.models import Post, PostStream
from calendar_app.posts.values import wall_text
from calendar_app.snippets import beginning
from calendar_app.streams.cadence import Cadence, slots
from calendar_app.streams.models import Stream
from calendar_app.times import TimeProblem, parse_wall, to_utc, to_wall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_app.people.models import Team
    from calendar_app.people.roles import Actor

MORNING = "09:00"


def proposed(
    home: Stream | None, asked: Mapping[str, str], *, team: Team, actor: Actor, now: datetime
) -> dict[str, Any]:
    """The values of a new composer. `asked` may hold `date` (2026-12-01), `at` (with or without a day), `template`.

    What cannot be read in `asked` is left out: the fields then stand empty.
    """
    template = beginning.template_named(asked.get("template", ""), team.id)
    home = home or (template and beginning.home_of(template)) or _usual_stream(team, actor)
    if home and "template" not in asked:
        template = beginning.usual_template(home)
    begun = beginning.begun_with(template, home=home) if home else {}
    return {
        "title": "",
        "text": "",
        "link": "",
        "language": home.language if home else actor.person.locale,
        "kind": "news",
        "first_comment": "",
        "streams": [],
        "accounts": None,
        "variants": {},
        "translations": {},
        "event": None,
        "pictures": [],
        "ticked": [],
        "publish_at": wall_text(_asked_time(home, asked, now)),
        "timezone": home.timezone if home else actor.person.timezone,
        "fold": None,
        **begun,
    }


def template_of(home: Stream | None, asked: Mapping[str, str]) -> int | None:
    """The number of the template with which such a post begins, for the page to show which."""
    number = asked.get("template", str((home and home.template_id) or ""))
    return int(number) if number.isascii() and number.isdecimal() else None


def time_on(day: date, home: Stream | None, now: datetime) -> str:
    """The stream's first free slot of that day that is still to come; else nine in the morning or the next hour."""
    zone = home.timezone if home else "UTC"
    try:
        morning = parse_wall(f"{day.isoformat()}T{MORNING}")
        since = max(to_utc(morning.replace(hour=0), zone, fold=0), now)
    except TimeProblem:
        return f"{day.isoformat()}T{MORNING}"
    if home and home.cadence:
        offered = slots(Cadence.readable(home), zone, since, since + timedelta(days=1))
        offered = [at for at in offered if to_wall(at, zone).date() == day]
        taken = planned_in(home, since - timedelta(days=1), since + timedelta(days=1))
        if offered:
            free = unfilled(offered, taken, zone) or offered
            return to_wall(free[0], zone).isoformat()
    here = to_wall(now, zone)
    if here.date() == day and here >= morning:
        following = here.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return following.isoformat()
    return morning.isoformat()


def _usual_stream(team: Team, actor: Actor) -> Stream | None:
    """Where this person wrote last, else the first by name."""
    ours = (Stream.team_id == team.id, Stream.archived_at.is_(None))
    last: Stream | None = db.session.scalars(
        sa.select(Stream)
        .join(PostStream, sa.and_(PostStream.stream_id == Stream.id, PostStream.position == 0))
        .join(Post, Post.id == PostStream.post_id)
        .where(Post.author_id == actor.person.id, *ours)
        .order_by(Post.id.desc())
        .limit(1)
    ).first()
    if last is not None:
        return last
    found: Stream | None = db.session.scalars(
        sa.select(Stream).where(*ours).order_by(sa.func.lower(Stream.name), Stream.id).limit(1)
    ).first()
    return found


def _asked_time(home: Stream | None, asked: Mapping[str, str], now: datetime) -> str:
    day, at = _day(asked.get("date", "")), asked.get("at", "")
    if re.fullmatch(r"\d\d:\d\d", at) and day:
        at = f"{day.isoformat()}T{at}"
    try:
        return parse_wall(at).isoformat()
    except TimeProblem:
        return time_on(day, home, now) if day else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None
