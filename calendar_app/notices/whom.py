"""Whom to tell: the member responsible for the stream, else the post's author, else the owners of the team."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.people.models import Member, Person
from calendar_app.people.roles import RIGHTS
from calendar_app.streams.models import Stream, stream_account

if TYPE_CHECKING:
    from calendar_app.channels.models import Account
    from calendar_app.posts.models import Post


def told_of_post(post: Post) -> set[int]:
    """Ids of people: the one responsible for its home stream, else its author, else the owners."""
    roles = _roles(post.team_id)
    home = post.in_streams[0].stream if post.in_streams else None
    for candidate in (home.responsible_id if home else None, post.author_id):
        if candidate in roles:
            return {candidate}
    return _owners(roles)


def told_of_account(account: Account) -> set[int]:
    """Ids of people: those responsible for its streams; the owners too, unless one of those can mend it."""
    roles = _roles(account.team_id)
    responsible = db.session.scalars(
        sa.select(Stream.responsible_id)
        .join(stream_account, stream_account.c.stream_id == Stream.id)
        .where(stream_account.c.account_id == account.id, Stream.archived_at.is_(None))
    )
    told = {person for person in responsible if person in roles}
    if any("manage accounts" in RIGHTS[roles[person]] for person in told):
        return told
    return told | _owners(roles)


def _roles(team_id: int) -> dict[int, str]:
    """The team's members who can sign in, each with a role."""
    rows = db.session.execute(
        sa.select(Member.person_id, Member.role)
        .join(Person, Person.id == Member.person_id)
        .where(Member.team_id == team_id, Person.disabled_at.is_(None))
    )
    return {row.person_id: row.role for row in rows}


def _owners(roles: dict[int, str]) -> set[int]:
    return {person for person, role in roles.items() if role == "owner"}
