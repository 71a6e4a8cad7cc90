"""Whose a thing shall be that a program makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from calendar_app.people.roles import Actor


def team_named(actor: Actor, number: int | None) -> int:
    """The team that a body names; left out, the only one of the asker. Raises Refused, NotAllowed."""
    if not actor.team_ids:
        raise NotAllowed("You are in no team at the moment. Ask an owner of a team to invite you.")
    if number is None and len(actor.team_ids) > 1:
        raise Refused({"team": "You are in several teams: say which one. GET /me lists them."})
    team_id = number or actor.team_ids[0]
    if team_id not in actor.roles:
        raise Refused({"team": f"You are in no team {team_id}. GET /me lists yours."})
    return team_id
