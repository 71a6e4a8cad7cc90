"""Lateness: from the due instant to the first byte at the receiver, 50 deliveries a second; beside RQ's scheduler."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from benchmarks import rq_alone
from benchmarks.figures import percentile, spans, verdict
from benchmarks.filling import add_streams, schedule_posts, spread
from benchmarks.guarded import wait_for
from benchmarks.installation import DATABASES, installation, up
from benchmarks.receiver import receiver
from calendar_app.extensions import database_now, db

if TYPE_CHECKING:
    from collections.abc import Iterator

PER_SECOND = 50
SECONDS = 30
P50_GOAL, P99_GOAL = 0.050, 0.250


def run() -> Iterator[str]:
    baseline = rq_alone.scheduled(100, 10)
    yield f"RQ's own scheduler, 100 jobs in 10 s: {_told(baseline)}"
    for database in DATABASES:
        for accounts in (1, 10):
            found = measure(database, accounts)
            met = (
                min(found) >= 0 and percentile(found, 0.5) <= P50_GOAL and percentile(found, 0.99) <= P99_GOAL
            )
            yield f"Sluice on {database}, {accounts} account{'s' * (accounts > 1)}: {_told(found)} ({verdict(met)})"
            yield f"  p99 is 1/{percentile(baseline, 0.99) / percentile(found, 0.99):.1f} of the scheduler's"


def measure(database: str, accounts: int, *, seconds: float = SECONDS) -> list[float]:
    """Seconds of lateness of each delivery, posts due evenly over `seconds`."""
    count = round(PER_SECOND * seconds)
    with installation(database) as place, receiver(place.folder) as screen:
        streams = add_streams(10, screen.address, accounts=accounts)
        with up(place):
            start = database_now() + timedelta(seconds=3)
            due = schedule_posts(streams, spread(start, count, seconds))
            db.session.remove()
            wait_for(lambda: screen.count() >= count, "all deliveries", seconds=seconds + 60, every=0.5)
        arrivals = screen.arrivals()
    return [arrivals[key] - at.timestamp() for key, at in due.items()]


def _told(lateness: list[float]) -> str:
    return f"early {sum(late < 0 for late in lateness)} of {len(lateness):,}; late {spans(lateness)}"
