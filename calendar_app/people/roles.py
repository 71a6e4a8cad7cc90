"""What each role may do: one table, read by views, API and templates alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app.errors import NotAllowed
from calendar_app.extensions import db
from calendar_app.languages import say, say_later
from calendar_app.people.models import Member, Person

if TYPE_CHECKING:
    from collections.abc import Mapping

_VIEWER = {"see plan", "comment"}
_AUTHOR = _VIEWER | {"write posts", "schedule posts"}
_EDITOR = _AUTHOR | {"approve posts", "publish posts", "edit streams", "resolve deliveries"}
_OWNER = _EDITOR | {"manage accounts", "manage people", "see audit"}

RIGHTS: Mapping[str, frozenset[str]] = {
    "viewer": frozenset(_VIEWER),
    "author": frozenset(_AUTHOR),
    "editor": frozenset(_EDITOR),
    "owner": frozenset(_OWNER),
}
# A program's key may never do these, whatever its person may: a lost key must not let others in.
NEVER_BY_TOKEN = frozenset({"manage people"})
READING = frozenset({"see plan", "see audit"})

_WRITER = say_later("be author, editor or owner")
_APPROVER = say_later("be editor or owner")
_IN_CHARGE = say_later("be owner")
_NEEDS = {
    "see plan": say_later("be a member of this team"),
    "comment": say_later("be a member of this team"),
    "write posts": _WRITER,
    "schedule posts": _WRITER,
    "approve posts": _APPROVER,
    "publish posts": _APPROVER,
    "edit streams": _APPROVER,
    "resolve deliveries": _APPROVER,
    "manage accounts": _IN_CHARGE,
    "manage people": _IN_CHARGE,
    "see audit": _IN_CHARGE,
}


@dataclass(frozen=True)
class Actor:
    """Who asks: a person with a role per team, in person or through a token with a scope."""

    person: Person
    roles: Mapping[int, str]
    scope: str = "person"
    token_id: int | None = field(default=None)

    @property
    def team_ids(self) -> list[int]:
        return sorted(self.roles)

    def may(self, right: str, team_id: int) -> bool:
        role = self.roles.get(team_id)
        if role is None or right not in RIGHTS[role]:
            return False
        if self.scope == "person":
            return True
        return right not in NEVER_BY_TOKEN and (self.scope == "write" or right in READING)

    def need(self, right: str, team_id: int) -> None:
        """Raises NotAllowed with a sentence unless this right is held in the team."""
        if self.may(right, team_id):
            return
        if self.scope == "read" and right not in READING:
            raise NotAllowed(say("This token may only read. Make one with the scope “write”."))
        raise NotAllowed(
            say("For this you must %(need)s. Ask an owner of your team.", need=say(_NEEDS[right]))
        )


def actor_for(person: Person, *, scope: str = "person", token_id: int | None = None) -> Actor:
    rows = db.session.execute(sa.select(Member.team_id, Member.role).where(Member.person_id == person.id))
    return Actor(person, {row.team_id: row.role for row in rows}, scope, token_id)


def scoped(model: Any, actor: Actor) -> Any:
    """SELECT of `model` limited to the teams of the asker: the start of every query behind a door."""
    return sa.select(model).where(model.team_id.in_(actor.team_ids))
