"""The secret address of a member's private feed: made, found and switched off."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app import tokens
from calendar_app.extensions import db
from calendar_app.people import audit
from calendar_app.people.models import PersonalFeed
from calendar_app.people.noting import note_use
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.people.models import Member
    from calendar_app.people.roles import Actor

TOUCH_AFTER = timedelta(hours=1)


class SwitchedOff(Exception):
    """There was such an address once (410)."""


def create(member: Member, *, actor: Actor | None = None, now: datetime | None = None) -> str:
    """The token of a new address; the one before it is switched off. The caller commits."""
    now = now or utcnow()
    for feed in living(member):
        revoke(feed, actor=actor, now=now)
    token = tokens.make()
    row = PersonalFeed(member=member, digest=tokens.digest(token), created_at=now)
    db.session.add(row)
    db.session.flush()
    audit.record("feed address made", f"personal feed {row.id}", actor=actor, team_id=member.team_id)
    return token


def find(token: str, *, now: datetime | None = None) -> PersonalFeed | None:
    """The feed of a token, with its member; None for one we never made. Raises SwitchedOff.

    Notes the use, at most once an hour.
    """
    now = now or utcnow()
    query = sa.select(PersonalFeed).where(PersonalFeed.digest == tokens.digest(token))
    feed: PersonalFeed | None = db.session.execute(query).scalar_one_or_none()
    if feed is None:
        return None
    if feed.revoked_at is not None or feed.member is None or feed.member.person.disabled_at is not None:
        raise SwitchedOff
    if feed.last_used_at is None or now - feed.last_used_at >= TOUCH_AFTER:
        note_use(sa.update(PersonalFeed).where(PersonalFeed.id == feed.id).values(last_used_at=now))
    return feed


def living(member: Member) -> Sequence[PersonalFeed]:
    """At most one, as a new address ends the one before."""
    query = sa.select(PersonalFeed).where(
        PersonalFeed.member_id == member.id, PersonalFeed.revoked_at.is_(None)
    )
    return db.session.execute(query).scalars().all()


def revoke(feed: PersonalFeed, *, actor: Actor | None = None, now: datetime | None = None) -> None:
    """From now on the address answers 410. The caller commits."""
    if feed.revoked_at is None:
        feed.revoked_at = now or utcnow()
        team_id = feed.member.team_id if feed.member else None
        audit.record("feed address switched off", f"personal feed {feed.id}", actor=actor, team_id=team_id)
