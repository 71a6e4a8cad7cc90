"""Who is asked to approve the posts of a stream, as a form or a program says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app.agreeing.rules import MOST_STEPS, ROLES
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people.models import Member, Person

if TYPE_CHECKING:
    from calendar_app.posts.checking import Findings


def steps(value: Any, team_id: int, found: Findings) -> list[str | int]:
    """Roles and members' ids in the order in which they are asked; empty steps are passed over."""
    if not isinstance(value, list | tuple):
        found.add("approval_steps", say("Give a list of who is asked, one after the other."))
        return []
    given = [_step(one) for one in value if one not in (None, "")]
    if len(given) > MOST_STEPS:
        found.add("approval_steps", say("At most %(most)s steps are possible.", most=MOST_STEPS))
    people = [one for one in given if isinstance(one, int)]
    if len(set(people)) != len(people):
        found.add("approval_steps", say("Nobody approves a post twice: name each person in one step only."))
    members = set(
        db.session.scalars(
            sa.select(Person.id)
            .join(Member, Member.person_id == Person.id)
            .where(Member.team_id == team_id, Person.id.in_(people), Person.disabled_at.is_(None))
        )
    )
    if (
        None in given
        or any(one not in ROLES for one in given if isinstance(one, str))
        or set(people) - members
    ):
        found.add("approval_steps", say("Each step is for editor, for owner, or for a member of your team."))
    known = [one for one in given if one is not None]
    # One editor is what is asked for where nothing else is said.
    return [] if known == ["editor"] else known


def _step(value: Any) -> str | int | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    if text.isascii() and text.isdigit():
        number = int(text[:19])
        return number if 0 < number < 2**31 else None
    return text[:20]
