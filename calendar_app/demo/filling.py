"""Fills an empty site with the demo, dates counted from today so that the calendar is never stale."""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from itertools import cycle
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app.channels.models import Account, Delivery
from calendar_app.channels.registry import adapter_for
from calendar_app.demo import material
from calendar_app.demo.translated import words_of
from calendar_app.errors import Conflict
from calendar_app.extensions import database_now, db, writing
from calendar_app.media.models import Medium
from calendar_app.media.storing import keep_picture
from calendar_app.people.models import Member, Person, Site, Team
from calendar_app.people.roles import Actor, actor_for
from calendar_app.people.setting_up import add_person
from calendar_app.posts.drafting import draft
from calendar_app.posts.models import Post
from calendar_app.posts.reviewing import send_for_review
from calendar_app.posts.scheduling import plan_deliveries, schedule
from calendar_app.streams.cadence import parse_cadence, slots
from calendar_app.streams.models import Stream
from calendar_app.times import to_utc, to_wall, wall_fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_app.demo.material import DemoStream

PAST, AHEAD = timedelta(days=24), timedelta(days=26)
# The visitor should see a post go out by itself: soon, but not before the page is open.
VISIBLE_AFTER = timedelta(seconds=75)

log = logging.getLogger(__name__)


def fill() -> str:
    """Make the demo unless the site has content; always plan one post that goes out within two minutes. Commits."""
    with writing():
        if db.session.scalar(sa.select(Stream.id).limit(1)) is None:
            _fill_empty()
            said = "The demo organisation is in place."
        else:
            said = "The site has content already; nothing was replaced."
        plan_a_visible_post()
        db.session.commit()
        return said


def plan_a_visible_post() -> Post | None:
    """Schedule a post that visitors will see going out; None where the demo's stream or owner is gone."""
    owner = demo_owner()
    stream = db.session.scalar(sa.select(Stream).where(Stream.handle == "traffic"))
    if owner is None or stream is None or stream.archived_at:
        return None
    now = database_now()
    number = db.session.scalar(sa.select(sa.func.count()).select_from(Post)) or 0
    title, text = material.VISIBLE[number % len(material.VISIBLE)]
    return _plan(stream, title, text, now + VISIBLE_AFTER, actor_for(owner), now)


def demo_owner() -> Person | None:
    return db.session.scalar(
        sa.select(Person).where(Person.email == material.OWNER[0], Person.disabled_at.is_(None))
    )


def _fill_empty() -> None:
    now = database_now()
    db.session.execute(sa.update(Site).values(name=material.SITE))
    owner, _ = add_person(material.OWNER[0], material.TEAM, "owner", name=material.OWNER[1])
    for email, name, role in material.OTHERS:
        add_person(email, material.TEAM, role, name=name)
    team = db.session.scalars(sa.select(Team).where(Team.name == material.TEAM)).one()
    db.session.execute(
        sa.update(Person)
        .where(Person.id.in_(sa.select(Member.person_id).where(Member.team_id == team.id)))
        .values(timezone=material.ZONE)
    )
    log = Account(team_id=team.id, channel="log", name="Town hall screen (log)")
    db.session.add(log)
    db.session.flush()
    actor = actor_for(owner)
    _draw(team, owner, now)
    for wanted in material.STREAMS:
        stream = _stream(wanted, team, owner, log)
        stream.pauses = _pauses(wanted, to_wall(now, stream.timezone).date())
        _past(stream, wanted, actor, now)
        _future(stream, wanted, actor, now)


def _draw(team: Team, owner: Person, now: datetime) -> None:
    """The pictures of the demo; a place of pictures that is away leaves them out."""
    # Only here, and once: reading Pillow in takes a tenth of a second.
    from calendar_app.demo.drawing import drawn

    try:
        for wanted in material.PICTURES:
            until = f"{now + timedelta(days=wanted.licensed):%Y-%m-%d}" if wanted.licensed else ""
            rights = {
                "rights": "licensed" if until else "own",
                "licensed_until": until,
                "credit": wanted.credit,
            }
            keep_picture(
                drawn(wanted.drawing),
                alt=wanted.alt,
                rights=rights,
                team_id=team.id,
                person_id=owner.id,
                now=now,
            )
    except Conflict as problem:
        log.warning("the demo has no pictures: %s", problem)


def _pictures(title: str, stream: Stream) -> list[dict[str, int]]:
    alts = [one.alt for one in material.PICTURES if title in one.titles]
    if not alts:
        return []
    ours = sa.select(Medium.id).where(Medium.team_id == stream.team_id, Medium.alt.in_(alts))
    return [{"media": number} for number in db.session.scalars(ours.order_by(Medium.id).limit(1))]


def _stream(wanted: DemoStream, team: Team, owner: Person, account: Account) -> Stream:
    stream = Stream(
        team_id=team.id, handle=wanted.handle, name=wanted.name, hue=wanted.hue, description=wanted.description,
        guidelines=wanted.guidelines, cadence=parse_cadence(wanted.cadence).to_json(), timezone=material.ZONE,
        public_schedule=wanted.public_schedule, visibility=wanted.visibility, responsible_id=owner.id,
    )  # fmt: skip
    db.session.add(stream)
    db.session.flush()
    stream.accounts.append(account)
    return stream


def _pauses(wanted: DemoStream, today: date) -> list[dict[str, Any]]:
    """One that begins where the plan ends, and that followers read of."""
    first = today + AHEAD + timedelta(days=1)
    last = first + timedelta(days=13)
    told = {"first": first.isoformat(), "last": last.isoformat(), "note": wanted.pause, "told": True}
    return [told] if wanted.pause else []


def _past(stream: Stream, wanted: DemoStream, actor: Actor, now: datetime) -> None:
    when = slots(parse_cadence(wanted.cadence), stream.timezone, now - PAST, now)
    for at, (title, text) in zip(when, cycle(wanted.titles), strict=False):
        post = _written(stream, title, text, at, actor, now)
        post.state, post.published_at, post.changed_at, post.revision = "published", at, at, 1
        plan_deliveries(post)
        for row in post.deliveries:
            _delivered(row, at)


def _delivered(row: Delivery, at: datetime) -> None:
    row.state, row.attempts = "delivered", 1
    row.sent_at = row.finished_at = at + timedelta(milliseconds=20)
    row.serial = not adapter_for(row.account.channel, row.account.settings).parallel


def _future(stream: Stream, wanted: DemoStream, actor: Actor, now: datetime) -> None:
    """Two slots of three are taken; the third is a gap to be seen. One post waits for review, one is a draft."""
    titles = _later_titles(wanted)
    for number, at in enumerate(slots(parse_cadence(wanted.cadence), stream.timezone, now, now + AHEAD)):
        if number % 3 == 2:
            continue
        title, text = next(titles)
        if number == 3:
            send_for_review(_written(stream, title, text, at, actor, now), actor=actor, now=now)
        elif number == 4:
            _written(stream, title, text, at, actor, now)
        else:
            _plan(stream, title, text, at, actor, now)
    if wanted.handle == "culture":
        _concert(stream, actor, now)


def _later_titles(wanted: DemoStream) -> Iterator[tuple[str, str]]:
    titles = list(wanted.titles)
    return cycle(titles[2:] + titles[:2])


def _concert(stream: Stream, actor: Actor, now: datetime) -> None:
    """A post with an event: in followers' calendars it stands at the time of the concert."""
    day = to_wall(now, stream.timezone).date() + timedelta(days=12)
    told = to_utc(datetime.combine(day - timedelta(days=7), time(10)), stream.timezone, fold=0)
    event = {
        "starts_at": f"{day}T19:00",
        "ends_at": f"{day}T21:00",
        "timezone": stream.timezone,
        "location": "Town hall, Storgata 1, Fjordvik",
    }
    text = "The youth choir and the town band, together at last."
    post = _written(stream, "Midwinter concert in the town hall", text, told, actor, now, event=event)
    schedule(post, actor=actor, now=now)


def _plan(stream: Stream, title: str, text: str, at: datetime, actor: Actor, now: datetime) -> Post:
    post = _written(stream, title, text, at, actor, now)
    schedule(post, actor=actor, now=now)
    return post


def _written(
    stream: Stream, title: str, text: str, at: datetime, actor: Actor, now: datetime, **more: object
) -> Post:
    wall, pictures = to_wall(at, stream.timezone), _pictures(title, stream)
    changes = {
        "streams": [stream.handle], "title": title, "text": text, "timezone": stream.timezone,
        "publish_at": wall.isoformat(timespec="seconds"), "fold": wall_fold(at, stream.timezone),
        "pictures": pictures, **words_of(title, pictures), **more,
    }  # fmt: skip
    return draft(changes, actor=actor, now=now)
