"""Lane `publish`: work off everything that is due."""

from __future__ import annotations

from calendar_app.channels.delivering import drain, rehearse
from jobs.running import app


def warm() -> None:
    """Before a worker forks: what costs much the first time is done once, not for each job."""
    with app().app_context():
        rehearse()


def run() -> None:
    with app().app_context():
        drain()
