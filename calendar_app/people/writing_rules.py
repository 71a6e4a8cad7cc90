"""Rules that a team sets itself for all that it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.people.audit import record

if TYPE_CHECKING:
    from calendar_app.people.models import Team
    from calendar_app.people.roles import Actor


def change(actor: Actor, team: Team, *, needs_alt: bool) -> None:
    """`needs_alt`: no post with a picture that has no words is scheduled. Raises NotAllowed."""
    actor.need("edit streams", team.id)
    if needs_alt == team.needs_alt:
        return
    team.needs_alt = needs_alt
    record("team changed", team.name, actor=actor, team_id=team.id,
           before={"needs_alt": not needs_alt}, after={"needs_alt": needs_alt})  # fmt: skip
