"""Signed-in browsers: one row each, known by the digest of a token that only the cookie holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from calendar_app import tokens
from calendar_app.extensions import db
from calendar_app.people.models import Person, Session
from calendar_app.people.noting import note_use

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
TOUCH_AFTER = timedelta(minutes=1)
KEPT_AFTER_END = timedelta(days=30)


def start(person: Person, *, user_agent: str = "", now: datetime) -> str:
    """A new session; the token for its cookie (256 random bits), of which the row keeps the digest."""
    token = tokens.make()
    db.session.add(
        Session(
            person=person,
            digest=tokens.digest(token),
            user_agent=_printable(user_agent)[:200],
            created_at=now,
            last_seen_at=now,
        )
    )
    db.session.flush()
    return token


def find(token: str, now: datetime) -> Session | None:
    """The session of this token, if it is alive and its person may enter."""
    query = (
        sa.select(Session).join(Session.person).where(Session.digest == tokens.digest(token), *_alive(now))
    )
    found: Session | None = db.session.execute(query.where(Person.disabled_at.is_(None))).scalar_one_or_none()
    return found


def find_ended(token: str) -> Session | None:
    """The row of a token whatever its state: tells whose browser this was."""
    query = sa.select(Session).where(Session.digest == tokens.digest(token))
    found: Session | None = db.session.execute(query).scalar_one_or_none()
    return found


def living(person: Person, now: datetime) -> list[Session]:
    """The person's open sessions, the one used last first."""
    query = sa.select(Session).where(Session.person_id == person.id, *_alive(now))
    return list(db.session.execute(query.order_by(Session.last_seen_at.desc(), Session.id.desc())).scalars())


def touch(session: Session, now: datetime) -> None:
    """Note that the session is in use, at most once a minute."""
    if now - session.last_seen_at >= TOUCH_AFTER:
        note_use(sa.update(Session).where(Session.id == session.id).values(last_seen_at=now))


def end(session: Session, now: datetime) -> None:
    if session.ended_at is None:
        session.ended_at = now


def end_all(person: Person, now: datetime, *, but: int | None = None) -> int:
    """End every open session of the person, except the one with the id `but`; how many there were."""
    kept = sa.true() if but is None else Session.id != but
    change = sa.update(Session).where(Session.person_id == person.id, Session.ended_at.is_(None), kept)
    return _count(db.session.execute(change.values(ended_at=now)))


def forget_old(now: datetime) -> int:
    """Delete rows of sessions that ended, or ran out, long ago (for the upkeep job); how many."""
    limit = now - KEPT_AFTER_END
    gone = sa.delete(Session).where(sa.or_(Session.ended_at < limit, Session.created_at < limit - ABSOLUTE))
    return _count(db.session.execute(gone))


def _alive(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Session.ended_at.is_(None),
        Session.last_seen_at > now - IDLE,
        Session.created_at > now - ABSOLUTE,
    )


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


def _count(result: Any) -> int:
    return int(result.rowcount)
