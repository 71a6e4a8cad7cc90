"""Who the token acts as."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.api.calling import Answer, call
from calendar_app.api.schemas import me as told
from calendar_app.extensions import db
from calendar_app.people.models import ApiToken, Person, Team

if TYPE_CHECKING:
    from calendar_app.people.roles import Actor


@call("GET", "/me", gives=told.Me)
def show(actor: Actor) -> Answer:
    """See who this token acts as, and what it may do."""
    person, token = actor.person, db.session.get_one(ApiToken, actor.token_id)
    teams = db.session.scalars(sa.select(Team).where(Team.id.in_(actor.team_ids)).order_by(Team.name))
    return Answer(
        told.Me.model_validate(
            {
                "person": _person(person),
                "teams": [{"id": team.id, "name": team.name, "role": actor.roles[team.id]} for team in teams],
                "roles": {str(number): role for number, role in actor.roles.items()},
                "scopes": ["read", "write"] if actor.scope == "write" else ["read"],
                "token": {"name": token.name, "expires_at": token.expires_at},
            }
        )
    )


def _person(person: Person) -> dict[str, object]:
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "language": person.locale,
        "timezone": person.timezone,
    }
