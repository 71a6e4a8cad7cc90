"""What must be written is tried again while the database is away, and written within a moment of its return."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import OperationalError

from calendar_app.extensions import db

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

# A pause that grew would go on after the database is back: this is what it may cost at most.
EVERY = 0.25
SECONDS = 8.0
# Each may have waited long for a lock by itself.
LEAST_TRIES = 5


def insist(write: Callable[[], T], *, seconds: float = SECONDS) -> T:
    """What `write` gives, which commits; it is called again while it ends in an OperationalError.

    Raises the last one once `seconds` are over and it was tried five times.
    """
    until, tries = time.monotonic() + seconds, 0
    while True:
        tries += 1
        try:
            return write()
        except OperationalError:
            db.session.rollback()
            if tries >= LEAST_TRIES and time.monotonic() > until:
                raise
        time.sleep(EVERY)
