"""Lane `upkeep`: whatever the timetable says is due again."""

from __future__ import annotations

import logging
from datetime import timedelta

from calendar_app import stopping
from calendar_app.extensions import database_now, db, writing
from calendar_app.health.pulse import beat, last_beat
from jobs.running import app
from jobs.timetable import TIMETABLE, Recurring

# Last of all: what /metrics tells the age of this lane's work by.
DONE = Recurring("done", 0, lambda: None)

log = logging.getLogger(__name__)


def run() -> None:
    with app().app_context(), writing():
        for item in TIMETABLE:
            if stopping.asked():
                return
            _run_if_due(item)
        _run_if_due(DONE)


def _run_if_due(item: Recurring) -> None:
    """One failing line must not keep the others from their turn."""
    name = f"upkeep: {item.name}"[:40]
    try:
        seen = last_beat(name)
        if seen is None or seen + timedelta(seconds=item.every) <= database_now():
            item.work()
            beat(name)
        db.session.commit()
    except Exception:
        db.session.rollback()
        log.exception("upkeep failed: %s", item.name)
