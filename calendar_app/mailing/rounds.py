"""Working off rows that are mails: one is taken, handed over and written down before the next is taken.

`sending` is committed before the first byte leaves, and with it the outcome of the mail before. So a worker that is
killed leaves one mail unknown at most, and nobody whose row says `sent` is ever sent to again.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from calendar_app import stopping
from calendar_app.channels.adapter import NotSent, Rejected, Unclear
from calendar_app.extensions import database_now, db, writing
from calendar_app.mailing.link import ServerAway
from calendar_app.mailing.smtp import MAIL_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from calendar_app.mailing.smtp import Mailer

OPEN = ("waiting", "sending")
# Longer than a mail may take with all it waits for: whoever holds a row beyond this has died.
LEASE = timedelta(seconds=MAIL_SECONDS * 2)
# Seconds before attempt 2, 3, …; after the last one the mail is refused.
LADDER = (60, 300, 900, 1800, 3600, 7200, 14400, 28800)
AWAY_PAUSE = timedelta(seconds=30)
LONGEST_REASON = 500
# Of a database that does not answer: some fifteen seconds in all.
TRIES = 6

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shelf:
    """A table of mails (state, attempts, next_at, reason, finished_at) and how one of its rows becomes a mail.

    `wanted` narrows it to what may be sent now. `pack` gives recipient and mail of a row, or None for one that
    is not needed any more: its state then is `spared`; it only reads.
    """

    model: Any
    wanted: Callable[[], Sequence[Any]]
    pack: Callable[[Any, datetime], tuple[str, bytes] | None]
    spared: str


@dataclass(frozen=True)
class _Job:
    id: int
    attempt: int
    recipient: str = ""
    mail: bytes = b""
    # What became of it already: it could not be packed, or need not be sent.
    settled: str = ""
    reason: str | None = None


@dataclass(frozen=True)
class _Outcome:
    job: _Job
    state: str
    reason: str | None = None
    away: bool = False
    given_back: bool = False


def work_off(shelf: Shelf, mailer: Mailer, sender: str, *, until: float) -> int:
    """Send what is due, one after the other; no mail is begun after `until` (time.monotonic()). Returns how many.

    Ends when nothing is due, the server takes nothing or the process is asked to end. Needs an app context, and no
    open transaction of it.
    """
    sent, last = 0, None
    _bury_the_dead(shelf)
    while True:
        job = _patiently(shelf, last, until)
        if job is None:
            return sent
        job = _packed(shelf, job)
        last = _Outcome(job, job.settled, job.reason) if job.settled else _hand_over(job, mailer, sender)
        sent += not job.settled


def next_due(shelf: Shelf) -> datetime | None:
    """When something of the shelf is due, or a worker that holds a row must have ended."""
    model = shelf.model
    waiting = sa.select(sa.func.min(model.next_at)).where(
        _is_open(model), _is(model, "waiting"), *shelf.wanted()
    )
    held = sa.select(sa.func.min(model.next_at)).where(_is_open(model), _is(model, "sending"))
    found = db.session.execute(sa.select(waiting.scalar_subquery(), held.scalar_subquery())).one()
    return min((at for at in found if at), default=None)


def _patiently(shelf: Shelf, last: _Outcome | None, until: float) -> _Job | None:
    """The outcome is all that tells what was sent: a database that is away for a moment is waited for."""
    for again in range(TRIES):
        try:
            with writing():
                return _write_and_take(shelf, last, go_on=time.monotonic() < until)
        except OperationalError:
            db.session.rollback()
            if again == TRIES - 1:
                raise
            time.sleep(0.5 * 2**again)
    return None


def _write_and_take(shelf: Shelf, last: _Outcome | None, *, go_on: bool) -> _Job | None:
    """One short transaction for both: each mail costs one commit."""
    now = database_now()
    if last is not None:
        _write(shelf, last, now)
    go_on = go_on and not stopping.asked() and not (last is not None and last.away)
    job = _take(shelf, now) if go_on else None
    db.session.commit()
    return job


def _take(shelf: Shelf, now: datetime) -> _Job | None:
    model = shelf.model
    free = (
        sa.select(model.id)
        .where(_is_open(model), _is(model, "waiting"), model.next_at <= now, *shelf.wanted())
        .order_by(model.next_at, model.id)
        .limit(1)
        .with_for_update(of=model, skip_locked=True)
    )
    # Asked by itself: inside the update PostgreSQL may ask it anew for each row, and take more than one.
    number = db.session.scalar(free)
    if number is None:
        return None
    taken = db.session.execute(
        sa.update(model)
        .where(model.id == number, _is(model, "waiting"))
        .values(state="sending", attempts=model.attempts + 1, next_at=now + LEASE, reason=None)
        .returning(model.id, model.attempts)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return _Job(taken.id, taken.attempts) if taken else None


def _packed(shelf: Shelf, job: _Job) -> _Job:
    """The row as a mail. It only reads: on SQLite nobody who writes waits meanwhile."""
    try:
        row = db.session.get(shelf.model, job.id, populate_existing=True)
        packed = shelf.pack(row, database_now())
    except Exception as error:
        # A poison post must not hold up the others.
        log.exception("cannot prepare mail %s %s", shelf.model.__tablename__, job.id)
        reason = f"This mail could not be prepared ({type(error).__name__})."
        return replace(job, settled="refused", reason=reason)
    finally:
        db.session.rollback()
    return replace(job, recipient=packed[0], mail=packed[1]) if packed else replace(job, settled=shelf.spared)


def _hand_over(job: _Job, mailer: Mailer, sender: str) -> _Outcome:
    try:
        mailer.post(job.mail, sender=sender, recipient=job.recipient)
    except ServerAway as trouble:
        # Broken off by us before the mail was whole: it goes out with the next round as if never begun.
        given_back = stopping.asked()
        return _Outcome(job, "waiting", trouble.reason, away=not given_back, given_back=given_back)
    except NotSent as trouble:
        if job.attempt > len(LADDER):
            return _Outcome(job, "refused", f"{trouble.reason} Given up after {job.attempt} attempts.")
        return _Outcome(job, "waiting", trouble.reason)
    except Rejected as trouble:
        return _Outcome(job, "refused", trouble.reason)
    except Unclear as trouble:
        return _Outcome(job, "unknown", trouble.reason)
    except Exception:
        log.exception("mailing failed")
        mailer.close()
        return _Outcome(job, "unknown", "Sluice stumbled while sending; it may have gone out.")
    return _Outcome(job, "sent")


def _write(shelf: Shelf, outcome: _Outcome, now: datetime) -> None:
    """Only while the row is still ours: whoever was taken for dead overwrites nothing."""
    model, job = shelf.model, outcome.job
    values: dict[str, Any] = {"state": outcome.state, "reason": _fitting(outcome.reason)}
    if outcome.state == "waiting":
        values["next_at"] = now + timedelta(seconds=LADDER[min(job.attempt, len(LADDER)) - 1])
    else:
        values["finished_at"] = now
    if outcome.given_back:
        values |= {"attempts": job.attempt - 1, "next_at": now, "reason": None}
    if outcome.away:
        # The server's trouble is not this mail's: it does not count, and the others wait as long.
        values |= {"attempts": job.attempt - 1, "next_at": now + AWAY_PAUSE}
        _postpone(shelf, now)
    db.session.execute(
        sa.update(model)
        .where(model.id == job.id, _is(model, "sending"), model.attempts == job.attempt)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def _postpone(shelf: Shelf, now: datetime) -> None:
    model = shelf.model
    db.session.execute(
        sa.update(model)
        .where(_is_open(model), _is(model, "waiting"), model.next_at < now + AWAY_PAUSE)
        .values(next_at=now + AWAY_PAUSE)
        .execution_options(synchronize_session=False)
    )


def _bury_the_dead(shelf: Shelf) -> None:
    """What a worker held that died in mid call may have gone out."""
    model = shelf.model
    with writing():
        now = database_now()
        db.session.execute(
            sa.update(model)
            .where(_is_open(model), _is(model, "sending"), model.next_at < now)
            .values(state="unknown", reason="A worker died in mid call.", finished_at=now)
            .execution_options(synchronize_session=False)
        )
        db.session.commit()


def _is(model: Any, state: str) -> sa.ColumnElement[bool]:
    return model.state == sa.literal(state, literal_execute=True)  # type: ignore[no-any-return]


def _is_open(model: Any) -> sa.ColumnElement[bool]:
    """In literals, word for word as the partial index has it: SQLite takes it only then."""
    return model.state.in_(sa.bindparam("open", OPEN, expanding=True, literal_execute=True))  # type: ignore[no-any-return]


def _fitting(reason: str | None) -> str | None:
    return reason[:LONGEST_REASON] if reason else None
