"""Burst: 1,000 posts due in one instant, until the last first byte has come; beside 1,000 empty jobs of RQ."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from benchmarks import rq_alone
from benchmarks.figures import spans, verdict
from benchmarks.filling import add_streams, schedule_posts
from benchmarks.guarded import wait_for
from benchmarks.installation import DATABASES, installation, up
from benchmarks.receiver import receiver
from calendar_app.extensions import database_now, db

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 1000
GOAL = 3.0


def run() -> Iterator[str]:
    baseline = rq_alone.burst(COUNT)
    yield f"RQ alone, {COUNT:,} empty jobs through one forking worker: {baseline:.2f} s"
    for database in DATABASES:
        for accounts in (1, 10):
            found = measure(database, accounts)
            places = f"{accounts} account{'s' * (accounts > 1)}"
            yield (
                f"Sluice on {database}, {places}: last first byte after {max(found):.2f} s "
                f"({verdict(max(found) <= GOAL)}: {GOAL:g} s), {max(found) / baseline:.2f} × RQ; {spans(found)}"
            )


def measure(database: str, accounts: int) -> list[float]:
    """Seconds from the one due instant to the first byte of each delivery."""
    with installation(database) as place, receiver(place.folder) as screen:
        streams = add_streams(10, screen.address, accounts=accounts)
        with up(place):
            due = schedule_posts(streams, [database_now() + timedelta(seconds=4)] * COUNT)
            db.session.remove()
            wait_for(lambda: screen.count() >= COUNT, "all deliveries", seconds=90, every=0.25)
        arrivals = screen.arrivals()
    return [arrivals[key] - at.timestamp() for key, at in due.items()]
