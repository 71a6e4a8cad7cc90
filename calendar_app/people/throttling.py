"""How often somebody may try a password: counted in the database, so that it holds while Redis is away.

Flask-Limiter counts per network address besides (see `views.py`). Both refuse when in doubt.
"""

from __future__ import annotations

import hmac
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import current_app

from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people import audit
from calendar_app.people.models import Audit

if TYPE_CHECKING:
    from calendar_app.people.models import Person

WINDOW = timedelta(minutes=15)
MOST_FROM_ONE_PLACE = 10
# Higher, so that one stranger cannot keep a person out by trying on their behalf.
MOST_FROM_EVERYWHERE = 50
TRIED, SUCCEEDED = "sign-in tried", "signed in"

log = logging.getLogger(__name__)


class TooManyTries(Exception):
    """Nothing was checked. The text is the same whether or not there is such a person."""

    def __init__(self) -> None:
        super().__init__(say("Too many tries. Wait a quarter of an hour, then try again."))


def let_try(person: Person | None, email: str, address: str, now: datetime) -> str:
    """Note one more try; the subject under which its outcome is to be recorded. Raises TooManyTries.

    Commits before it counts again: of many tries at the same moment no more get through than allowed.
    """
    who = f"person {person.id}" if person else f"nobody {_keyed(email)}"
    subject = f"{who} from {_keyed(address)}"
    _refuse_beyond(who, subject, now, extra=1)
    audit.record(TRIED, subject)
    db.session.commit()
    _refuse_beyond(who, subject, now, extra=0)
    return subject


def _refuse_beyond(who: str, subject: str, now: datetime, *, extra: int) -> None:
    here, everywhere = _unsuccessful(who, subject, now)
    if here + extra > MOST_FROM_ONE_PLACE or everywhere + extra > MOST_FROM_EVERYWHERE:
        db.session.rollback()
        log.warning("too many tries to sign in as %s", subject)
        raise TooManyTries


def _unsuccessful(who: str, subject: str, now: datetime) -> tuple[int, int]:
    """Tries of the last quarter of an hour that did not succeed: from this place, and from all places."""
    weight = sa.case((Audit.action == TRIED, 1), else_=-1)
    here = sa.case((Audit.subject == subject, weight), else_=0)
    recent = sa.select(
        sa.func.coalesce(sa.func.sum(here), 0), sa.func.coalesce(sa.func.sum(weight), 0)
    ).where(
        Audit.at > now - WINDOW,
        Audit.action.in_((TRIED, SUCCEEDED)),
        Audit.subject.startswith(f"{who} from ", autoescape=True),
    )
    row = db.session.execute(recent).one()
    return int(row[0]), int(row[1])


def _keyed(text: str) -> str:
    """Recognises what was typed (perhaps a password in the wrong field) without keeping it."""
    key = str(current_app.secret_key).encode()
    return hmac.new(key, b"sluice.tries." + text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()[:16]
