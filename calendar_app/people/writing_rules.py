"""Rules that a team sets itself for all that it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.people.audit import record

if TYPE_CHECKING:
    from calendar_app.people.models import Team
    from calendar_app.people.roles import Actor


RULES = ("needs_alt", "plain_hints")


def change(actor: Actor, team: Team, **rules: bool) -> None:
    """`needs_alt`: no post with a picture that has no words is scheduled. `plain_hints`: sentences that could be
    plainer are shown to whoever writes. Raises NotAllowed."""
    actor.need("edit streams", team.id)
    before = {name: getattr(team, name) for name in rules}
    if before == rules:
        return
    for name, value in rules.items():
        setattr(team, name, value)
    changed = [name for name in rules if rules[name] != before[name]]
    record("team changed", team.name, actor=actor, team_id=team.id,
           before={name: before[name] for name in changed}, after={name: rules[name] for name in changed})  # fmt: skip
