"""The books of a table of mails: what became of some is written down, and the next are taken, in one short transaction.

Every mail waits for its part of this: the statements are made once for a round, not for each handful.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app.extensions import database_now, db, writing
from calendar_app.mailing.crew import Job, Outcome
from calendar_app.mailing.smtp import MAIL_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_app.mailing.rounds import Pack, Shelf

OPEN = ("waiting", "sending")
# Longer than a mail may take with all it waits for: whoever holds a row beyond this has died.
LEASE = timedelta(seconds=MAIL_SECONDS * 2)
# Seconds before attempt 2, 3, …; after the last one the mail is refused.
LADDER = (60, 300, 900, 1800, 3600, 7200, 14400, 28800)
AWAY_PAUSE = timedelta(seconds=30)
LONGEST_REASON = 500


class Book:
    """The rows of a shelf. Each call is a transaction of its own, but `write_and_take`, whose caller commits."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.model = model = shelf.model
        self.due = (
            sa.select(model.id)
            .where(
                is_open(model), is_in(model, "waiting"), model.next_at <= sa.bindparam("now"), *shelf.wanted()
            )
            .order_by(model.next_at, model.id)
            .limit(sa.bindparam("count", type_=sa.Integer()))
        )
        # Asked by itself: inside an update PostgreSQL may ask it anew for each row, and take more than so many.
        self.free = self.due.with_for_update(of=model, skip_locked=True)
        ids = model.id.in_(sa.bindparam("ids", expanding=True))
        self.taking = (
            sa.update(model)
            .where(ids, is_in(model, "waiting"))
            .values(state="sending", attempts=model.attempts + 1, next_at=sa.bindparam("lease"), reason=None)
            .returning(*model.__table__.c)
        )
        # Only where a row is still ours: whoever was taken for dead overwrites nothing.
        self.ours = sa.update(model).where(
            ids, is_in(model, "sending"), model.attempts == sa.bindparam("attempt")
        )
        self.ending = self.ours.values(
            state=sa.bindparam("outcome"), reason=sa.bindparam("why"), finished_at=sa.bindparam("now")
        )

    def bury_the_dead(self) -> None:
        """What a worker held that died in mid call may have gone out."""
        model = self.model
        with writing():
            now = database_now()
            db.session.execute(
                sa.update(model)
                .where(is_open(model), is_in(model, "sending"), model.next_at < now)
                .values(state="unknown", reason="A worker died in mid call.", finished_at=now)
                .execution_options(synchronize_session=False)
            )
            db.session.commit()

    def how_many_due(self, most: int) -> int:
        """Counted up to so many."""
        found = db.session.scalars(self.due, {"now": database_now(), "count": most}).all()
        db.session.rollback()
        return len(found)

    def write_and_take(self, outcomes: Sequence[Outcome], count: int) -> tuple[Sequence[Any], Pack | None]:
        """Rows as they are from now on, ours, and what packs them; none while the server is away."""
        now = database_now()
        self._write(outcomes, now)
        if any(outcome.alone for outcome in outcomes):
            self._postpone(now)
            return (), None
        rows = self._take(now, count) if count else ()
        return rows, self.shelf.packer(rows, now) if rows else None

    def _take(self, now: datetime, count: int) -> Sequence[Any]:
        numbers = list(db.session.scalars(self.free, {"now": now, "count": count}))
        if not numbers:
            return ()
        taken = _change(self.taking, {"ids": numbers, "lease": now + LEASE}).all()
        return sorted(taken, key=lambda row: numbers.index(row.id))

    def _write(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        alike: dict[Outcome, list[int]] = {}
        for outcome in outcomes:
            kind = replace(outcome, job=Job(0, outcome.job.attempt))
            alike.setdefault(_given_up(kind), []).append(outcome.job.id)
        for kind, ids in alike.items():
            attempt, reason = kind.job.attempt, (kind.reason or "")[:LONGEST_REASON] or None
            which = {"ids": ids, "attempt": attempt}
            if kind.state != "waiting":
                _change(self.ending, {**which, "outcome": kind.state, "why": reason, "now": now})
            elif not kind.counts:
                _change(
                    self.ours.values(state="waiting", reason=reason, attempts=attempt - 1, next_at=now), which
                )
            else:
                later = now + timedelta(seconds=LADDER[attempt - 1])
                _change(self.ours.values(state="waiting", reason=reason, next_at=later), which)

    def _postpone(self, now: datetime) -> None:
        """All that wait are tried later."""
        model = self.model
        later = now + AWAY_PAUSE
        waiting = sa.update(model).where(is_open(model), is_in(model, "waiting"), model.next_at < later)
        _change(waiting.values(next_at=later), {})


def is_in(model: Any, state: str) -> sa.ColumnElement[bool]:
    return model.state == sa.literal_column(f"'{state}'")  # type: ignore[no-any-return]


def is_open(model: Any) -> sa.ColumnElement[bool]:
    """In literals, word for word as the partial index has it: SQLite takes it only then."""
    return model.state.in_([sa.literal_column(f"'{state}'") for state in OPEN])  # type: ignore[no-any-return]


def _given_up(outcome: Outcome) -> Outcome:
    """The outcome, or the end of patience."""
    attempt = outcome.job.attempt
    if outcome.state != "waiting" or not outcome.counts or attempt <= len(LADDER):
        return outcome
    reason = f"{outcome.reason} Given up after {attempt} attempts."
    return replace(outcome, state="refused", reason=reason)


def _change(statement: Any, values: dict[str, Any]) -> Any:
    return db.session.execute(statement, values, execution_options={"synchronize_session": False})
