"""A team or a person, taken for this transaction: of two who would go beyond a bound at once, one waits and counts."""

from __future__ import annotations

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.people.models import Person, Team


def hold_team(team_id: int) -> None:
    """Others may still name the team in rows of theirs."""
    db.session.execute(sa.select(Team.id).where(Team.id == team_id).with_for_update(key_share=True))


def hold_person(person_id: int) -> None:
    """Others may still name the person in rows of theirs."""
    db.session.execute(sa.select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
