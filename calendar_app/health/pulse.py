"""Beat and look: who was last seen when, by the database's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.extensions import database_now, db
from calendar_app.health.models import Pulse

if TYPE_CHECKING:
    from datetime import datetime


def beat(name: str) -> None:
    """Say that `name` is at work. The caller commits."""
    now = database_now()
    changed = db.session.execute(sa.update(Pulse).where(Pulse.name == name).values(at=now))
    if changed.rowcount == 0:  # type: ignore[attr-defined]
        db.session.add(Pulse(name=name, at=now))


def last_beat(name: str) -> datetime | None:
    return db.session.scalar(sa.select(Pulse.at).where(Pulse.name == name))
