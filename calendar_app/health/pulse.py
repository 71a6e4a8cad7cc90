"""Beat and look: who was last seen when, by the database's clock."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.extensions import database_now, db
from calendar_app.health.models import Pulse

if TYPE_CHECKING:
    from datetime import datetime


# Every clock beats as this, and under a name of its own.
CLOCK = "clock"
# The lane has gone through its timetable.
UPKEEP = "upkeep: done"
OWN_NAMES = "clock of %"
FORGOTTEN_AFTER = timedelta(hours=1)


def own_name() -> str:
    """Of this process among all clocks: `clock of host:4711`."""
    return f"clock of {socket.gethostname()[:20]}:{os.getpid()}"


def beat(name: str) -> None:
    """Say that `name` is at work. The caller commits."""
    now = database_now()
    changed = db.session.execute(sa.update(Pulse).where(Pulse.name == name).values(at=now))
    if changed.rowcount == 0:  # type: ignore[attr-defined]
        db.session.add(Pulse(name=name, at=now))


def last_beat(name: str) -> datetime | None:
    return db.session.scalar(sa.select(Pulse.at).where(Pulse.name == name))


def stop_beating(name: str) -> None:
    """It has ended, as it was asked to: nobody need wait for its silence. The caller commits."""
    db.session.execute(sa.delete(Pulse).where(Pulse.name == name))


def clocks_beating(within: timedelta) -> int:
    """How many clocks were heard so lately."""
    heard = sa.and_(Pulse.name.like(OWN_NAMES), Pulse.at > database_now() - within)
    return db.session.scalar(sa.select(sa.func.count()).select_from(Pulse).where(heard)) or 0


def forget_silent() -> int:
    """Clocks that ended without a word, long ago; returns how many. The caller commits."""
    silent = sa.and_(Pulse.name.like(OWN_NAMES), Pulse.at < database_now() - FORGOTTEN_AFTER)
    return int(db.session.execute(sa.delete(Pulse).where(silent)).rowcount)  # type: ignore[attr-defined]
