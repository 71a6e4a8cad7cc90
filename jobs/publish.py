"""Lane `publish`: work off everything that is due."""

from __future__ import annotations

from calendar_app.channels.delivering import drain
from jobs.running import app


def run() -> None:
    with app().app_context():
        drain()
