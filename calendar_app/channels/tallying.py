"""How many deliveries came to which end, and how late: told by small rows that nobody ever changes.

Each is written in the transaction that it tells of, so it counts what was committed, whoever did it and wherever.
As rows are only added, nobody waits for another's (docs/decisions). Upkeep folds them; the sums never fall.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, cast

import sqlalchemy as sa

from calendar_app.channels.models import Account, Delivery, Tally
from calendar_app.extensions import db

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

# What an attempt, or waiting for one, can come to. "expired" is a claim whose worker died: it counts besides.
ENDS = ("delivered", "failed", "unknown", "missed", "retry")
EXPIRED = "expired"
LATE = "late"
# Seconds from the due instant to the first byte, each the upper end of a class; what is later still is "+Inf".
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
NO_END = "+Inf"
FOLD_FROM = 500
FOLDED_AT_ONCE = 20_000

_ROWS = cast("sa.Table", Tally.__table__)
_KEY = (_ROWS.c.channel, _ROWS.c.what, _ROWS.c.bound)


class End(NamedTuple):
    """One delivery's end, or EXPIRED. `late` (seconds) only where a first byte has left."""

    channel: str
    what: str
    late: float | None = None


class Total(NamedTuple):
    """A sum over all rows. `bound` is a class of lateness (its upper end as text) where `what` is LATE."""

    channel: str
    what: str
    bound: str
    number: int
    seconds: float


def tally(ends: Iterable[End]) -> None:
    """Count them. The caller commits, together with what it tells of."""
    rows: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0, 0.0])
    for end in ends:
        if end.what in (*ENDS, EXPIRED):
            rows[end.channel, end.what, ""][0] += 1
        if end.late is not None:
            late = max(end.late, 0.0)
            found = rows[end.channel, LATE, _bound_of(late)]
            found[0] += 1
            found[1] += late
    _add(Total(*key, int(number), seconds) for key, (number, seconds) in rows.items())


def seconds_late(due_at: datetime, sent_at: datetime | None) -> float | None:
    return None if sent_at is None else (sent_at - due_at).total_seconds()


def channel_of_row() -> sa.ScalarSelect[str]:
    """The channel of a delivery, for the end of an UPDATE … RETURNING."""
    return sa.select(Account.channel).where(Account.id == Delivery.account_id).scalar_subquery()


def totals() -> list[Total]:
    """Everything ever counted, in one statement: a fold is seen as a whole or not at all."""
    summed = sa.select(*_KEY, sa.func.sum(_ROWS.c.number), sa.func.sum(_ROWS.c.seconds)).group_by(*_KEY)
    return [Total(*row[:3], int(row[3]), float(row[4])) for row in db.session.execute(summed)]


def fold() -> int:
    """Add up the rows that have gathered; returns how many went. Harmless when doubled. The caller commits."""
    if (db.session.scalar(sa.select(sa.func.count()).select_from(_ROWS)) or 0) < FOLD_FROM:
        return 0
    old = sa.select(_ROWS.c.id).order_by(_ROWS.c.id).limit(FOLDED_AT_ONCE).with_for_update(skip_locked=True)
    gone = db.session.execute(
        sa.delete(_ROWS).where(_ROWS.c.id.in_(old)).returning(*_KEY, _ROWS.c.number, _ROWS.c.seconds)
    ).all()
    sums: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0, 0.0])
    for row in gone:
        found = sums[row.channel, row.what, row.bound]
        found[0] += row.number
        found[1] += row.seconds
    _add(Total(*key, int(number), seconds) for key, (number, seconds) in sums.items())
    return len(gone)


def _bound_of(late: float) -> str:
    return next((str(bound) for bound in BOUNDS if late <= bound), NO_END)


def _add(totals: Iterable[Total]) -> None:
    rows = [total._asdict() for total in totals]
    if rows:
        db.session.execute(sa.insert(_ROWS), rows)
