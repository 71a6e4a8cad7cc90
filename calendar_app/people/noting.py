"""When a session, a key or an address was last used: the one thing that reading may write."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import has_request_context, request

from calendar_app.extensions import db

if TYPE_CHECKING:
    from sqlalchemy.sql.dml import Update

READING = frozenset({"GET", "HEAD", "OPTIONS"})

log = logging.getLogger(__name__)


def note_use(change: Update) -> None:
    """Run the update: in a short transaction of its own while somebody reads, else in the running one.

    A reader's transaction cannot begin to write on SQLite, and a writer's holds the only lock.
    """
    if not has_request_context() or request.method not in READING:
        db.session.execute(change.execution_options(synchronize_session=False))
        return
    try:
        with db.engine.begin() as connection:
            connection.execute(change)
    except sa.exc.OperationalError as error:
        log.warning("the last use was not noted: %s", error.orig)
