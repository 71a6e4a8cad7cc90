"""Lane `mail`: hand over every mail that is due, on as many connections as that takes."""

from __future__ import annotations

import time

from sqlalchemy.exc import SQLAlchemyError

from calendar_app.channels.email import ledger
from calendar_app.enqueue import plan_changed, wake
from calendar_app.extensions import database_now, db, writing
from calendar_app.mailing import office
from calendar_app.mailing.rounds import Shelf, next_due, work_off
from calendar_app.notices import letters
from jobs.running import app

# Short, so that a worker that is asked to stop has soon done so; what is left wakes the lane again.
BUDGET_SECONDS = 8.0


def run() -> None:
    with app().app_context():
        work()
        if is_due():
            wake("mail")


def work(budget: float = BUDGET_SECONDS) -> int:
    """Returns how many were handed over; nothing while no mail server is set. Needs an app context."""
    if not office.is_set():
        return 0
    until = time.monotonic() + budget
    sender = office.sender()[1]
    db.session.rollback()
    with office.mailer() as mailer:
        most = mailer.server.at_once
        sent = sum(work_off(shelf, mailer, sender, until=until, most=most) for shelf in shelves())
    _finish_up()
    return sent


def is_due() -> bool:
    """Whether a mail is due; False while no server is set, or the database does not say. Needs an app context."""
    if not office.is_set():
        return False
    try:
        due = [at for at in map(next_due, shelves()) if at]
        return bool(due) and min(due) <= database_now()
    except SQLAlchemyError:
        return False
    finally:
        db.session.rollback()


def _finish_up() -> None:
    """Deliveries whose last mail is settled need their outcome written."""
    with writing():
        done = ledger.finish_up()
        db.session.commit()
    if done:
        plan_changed()
        wake("publish")


def shelves() -> tuple[Shelf, ...]:
    """Every table of mails, the few and urgent first."""
    return (letters.shelf(), ledger.shelf())
