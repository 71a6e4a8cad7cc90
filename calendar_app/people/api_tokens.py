"""Keys for programs: shown once, kept as digests, scoped and expiring."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app import tokens
from calendar_app.errors import Refused
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people import audit
from calendar_app.people.models import ApiToken, Person
from calendar_app.people.noting import note_use
from calendar_app.people.roles import Actor, actor_for
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX = "slc_"
SCOPES = ("read", "write")
MOST_PER_PERSON = 50
TOUCH_AFTER = timedelta(minutes=1)


def create(
    person: Person, name: str, scope: str = "write", *, days: int = 365, now: datetime | None = None
) -> str:
    """A new key for this person; the plain token, which is never to be had again. Raises Refused.

    The caller commits.
    """
    now = now or utcnow()
    row = ApiToken(person=person, name=_checked_name(name), scope=_checked_scope(scope))
    if len(living(person, now)) >= MOST_PER_PERSON:
        sentence = say("You have %(most)s keys already. Revoke one first.", most=MOST_PER_PERSON)
        raise Refused({"name": sentence})
    token = tokens.make(PREFIX)
    row.digest, row.created_at, row.expires_at = (
        tokens.digest(token),
        now,
        now + timedelta(days=_checked_days(days)),
    )
    db.session.add(row)
    db.session.flush()
    after = {"name": row.name, "scope": scope, "days": days}
    audit.record("token made", f"token {row.id}", actor=actor_for(person), after=after)
    return token


def actor_from(token: str, *, now: datetime | None = None) -> Actor | None:
    """Who a key acts as, with the rights that its person has now; None where it opens nothing.

    Notes the use, at most once a minute.
    """
    now = now or utcnow()
    if not token.startswith(PREFIX) or len(token) > 100:
        return None
    query = (
        sa.select(ApiToken).join(ApiToken.person).where(ApiToken.digest == tokens.digest(token), *_good(now))
    )
    row: ApiToken | None = db.session.execute(query.where(Person.disabled_at.is_(None))).scalar_one_or_none()
    if row is None:
        return None
    _touch(row, now)
    return actor_for(row.person, scope=row.scope, token_id=row.id)


def living(person: Person, now: datetime) -> Sequence[ApiToken]:
    """The person's keys that still open something, the newest first."""
    query = (
        sa.select(ApiToken).where(ApiToken.person_id == person.id, *_good(now)).order_by(ApiToken.id.desc())
    )
    return db.session.execute(query).scalars().all()


def revoke(row: ApiToken, *, actor: Actor | None = None, now: datetime | None = None) -> None:
    """From now on the key opens nothing. The caller commits."""
    if row.revoked_at is None:
        row.revoked_at = now or utcnow()
        audit.record("token revoked", f"token {row.id}", actor=actor, before={"name": row.name})


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 120 or not name.isprintable():
        raise Refused({"name": say("Name the program that will use the key, in at most 120 characters.")})
    return name


def _checked_scope(scope: str) -> str:
    if scope not in SCOPES:
        raise Refused({"scope": say("Choose “read” or “write”.")})
    return scope


def _checked_days(days: int) -> int:
    if not 1 <= days <= 730:
        raise Refused({"days": say("A key can last from 1 day to 730 days.")})
    return days


def _good(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return ApiToken.revoked_at.is_(None), ApiToken.expires_at > now


def _touch(row: ApiToken, now: datetime) -> None:
    if row.last_used_at is None or now - row.last_used_at >= TOUCH_AFTER:
        note_use(sa.update(ApiToken).where(ApiToken.id == row.id).values(last_used_at=now))
