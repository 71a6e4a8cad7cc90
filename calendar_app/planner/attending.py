"""Who has which post open: said again every few seconds, forgotten by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.languages import say
from calendar_app.people.models import Member, Person
from calendar_app.planner.models import DOINGS, PlanChange, Presence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_app.posts.models import Post

# Pages say it every ten seconds; one that said nothing for so long is closed, or asleep.
LASTS = timedelta(seconds=25)


class Other(NamedTuple):
    name: str
    doing: str


def attend(post: Post, person: Person, doing: str, *, now: datetime) -> None:
    """The person has the post open, reading or writing, or (`gone`) no longer. Others are told of what is new."""
    if doing not in (*DOINGS, "gone"):
        raise Refused({"doing": say("Say reading, writing or gone.")})
    before: Presence | None = db.session.scalar(
        sa.select(Presence).where(Presence.post_id == post.id, Presence.person_id == person.id)
    )
    known = before.doing if before and before.seen_at > now - LASTS else "gone"
    if doing == "gone":
        if before is not None:
            db.session.delete(before)
    elif before is not None:
        before.doing, before.seen_at = doing, now
    elif not _add(post, person, doing, now):
        return
    if doing != known:
        db.session.add(PlanChange(team_id=post.team_id, post_uuid=post.uuid, kind="here", at=now))
    db.session.flush()


def others(post: Post, person: Person, *, now: datetime) -> Sequence[Other]:
    """Who else has it open, by name; only who is still in its team."""
    rows = db.session.execute(
        sa.select(Person.name, Presence.doing)
        .join(Person, Person.id == Presence.person_id)
        .join(Member, sa.and_(Member.person_id == Person.id, Member.team_id == post.team_id))
        .where(Presence.post_id == post.id, Presence.person_id != person.id, Presence.seen_at > now - LASTS)
        .order_by(sa.func.lower(Person.name), Person.id)
    )
    return [Other(*row) for row in rows]


def in_words(found: Sequence[Other]) -> str:
    """`Ola is here too, writing.`; empty where nobody is."""
    return " ".join(
        say("%(name)s is here too, writing.", name=one.name)
        if one.doing == "writing"
        else say("%(name)s is here too.", name=one.name)
        for one in found
    )


def forget_gone() -> None:
    """For the upkeep job."""
    db.session.execute(sa.delete(Presence).where(Presence.seen_at < database_now() - LASTS))


def _add(post: Post, person: Person, doing: str, now: datetime) -> bool:
    """False where another page of the same person was faster."""
    try:
        with db.session.begin_nested():
            db.session.add(Presence(post_id=post.id, person_id=person.id, doing=doing, seen_at=now))
            db.session.flush()
    except IntegrityError:
        return False
    return True
