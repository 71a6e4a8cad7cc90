"""Working off rows that are mails: some are taken, handed over and written down while the next are taken.

`sending` is committed before the first byte leaves, and with it the outcomes of the mails before. So a worker that is
killed leaves one mail unknown at most for each of its connections, and nobody whose row says `sent` is ever sent to
again. Few mails take one connection, many take several: one transaction then serves as many mails.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from calendar_app import stopping
from calendar_app.extensions import db, writing
from calendar_app.insisting import insist
from calendar_app.mailing.booking import Book, is_in, is_open
from calendar_app.mailing.crew import Crew, Job, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from calendar_app.mailing.smtp import Mailer

    Pack = Callable[[Any], tuple[str, bytes] | None]

# One connection for each so many that are due.
MAILS_EACH = 200
# A database that does not answer is waited for so long.
PATIENCE = 15.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shelf:
    """A table of mails (state, attempts, next_at, reason, finished_at) and how its rows become mails.

    `wanted` narrows it to what may be sent now. `packer` looks at some rows together and gives what packs each of
    them: recipient and mail, or None for one that is not needed any more: its state then is `spared`. It only reads.
    """

    model: Any
    wanted: Callable[[], Sequence[Any]]
    packer: Callable[[Sequence[Any], datetime], Pack]
    spared: str


def work_off(shelf: Shelf, mailer: Mailer, sender: str, *, until: float, most: int = 1) -> int:
    """Send what is due, on up to `most` connections; no mail is begun after `until` (time.monotonic()).

    Returns how many were handed over. Ends when nothing is due, the server takes nothing or the process is asked to
    end. Needs an app context, and no open transaction of it.
    """
    sent, outcomes, book = 0, list[Outcome](), Book(shelf)
    book.bury_the_dead()
    with Crew(mailer, sender, _hands(book, most)) as crew:
        while True:
            outcomes += crew.finished()
            rows, pack = _patiently(book, outcomes, crew.free, until)
            if not (rows or crew.in_flight):
                return sent
            jobs, outcomes = _packed(shelf, rows, pack) if pack else ([], [])
            for job in jobs:
                crew.give(job)
            sent += len(jobs)


def next_due(shelf: Shelf) -> datetime | None:
    """When something of the shelf is due, or a worker that holds a row must have ended."""
    model = shelf.model
    waiting = sa.select(sa.func.min(model.next_at)).where(
        is_open(model), is_in(model, "waiting"), *shelf.wanted()
    )
    held = sa.select(sa.func.min(model.next_at)).where(is_open(model), is_in(model, "sending"))
    found = db.session.execute(sa.select(waiting.scalar_subquery(), held.scalar_subquery())).one()
    return min((at for at in found if at), default=None)


def _hands(book: Book, most: int) -> int:
    """One connection for each so many mails that are due."""
    return max(1, book.how_many_due(most * MAILS_EACH) // MAILS_EACH) if most > 1 else 1


def _patiently(
    book: Book, outcomes: Sequence[Outcome], free: int, until: float
) -> tuple[Sequence[Any], Pack | None]:
    """The outcomes are all that tells what was sent: a database that is away for a moment is waited for."""

    def write() -> tuple[Sequence[Any], Pack | None]:
        with writing():
            go_on = time.monotonic() < until and not stopping.asked()
            taken = book.write_and_take(outcomes, free if go_on else 0)
            db.session.commit()
            return taken

    return insist(write, seconds=PATIENCE)


def _packed(shelf: Shelf, rows: Sequence[Any], pack: Pack) -> tuple[list[Job], list[Outcome]]:
    """The rows as mails, and what became of the others. It only reads: on SQLite nobody who writes waits meanwhile."""
    jobs, settled = list[Job](), list[Outcome]()
    for row in rows:
        job = Job(row.id, row.attempts)
        try:
            packed = pack(row)
        except OperationalError:
            # The database, not the mail: it has not begun.
            db.session.rollback()
            settled.append(Outcome(job, "waiting", counts=False))
        except Exception as error:
            # A poison post must not hold up the others.
            log.exception("cannot prepare mail %s %s", shelf.model.__tablename__, row.id)
            reason = f"This mail could not be prepared ({type(error).__name__})."
            settled.append(Outcome(job, "refused", reason))
        else:
            ready = packed and replace(job, recipient=packed[0], mail=packed[1])
            jobs.append(ready) if ready else settled.append(Outcome(job, shelf.spared))
    db.session.rollback()
    return jobs, settled
