"""A database that is locked or away: a clear sentence for a moment, in the form that the asker reads."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from calendar_app.extensions import db, stop_writing
from tests.factories import make_person, make_team


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_locked_database_is_a_503_with_what_to_do_and_changes_nothing(app, signed_in):
    browser = signed_in(make_person(make_team()))
    page = browser.get("/settings").text
    assert page
    db.session.rollback()
    stop_writing()
    holder = sqlite3.connect(db.engine.url.database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with short_of_patience():
            answer = browser.send("/streams/new", {"name": "Roads"}, page="/streams/new")
    finally:
        holder.rollback()
        holder.close()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "The database is busy or away. Nothing was changed: try again in a moment." in answer.text
    assert browser.send("/streams/new", {"name": "Roads"}, page="/streams/new").status_code in {303, 422}


@contextmanager
def short_of_patience():
    """Connections give up after a twentieth of a second instead of twenty."""

    def limit(dbapi, _record):
        dbapi.execute("PRAGMA busy_timeout=50")

    sa.event.listen(db.engine, "connect", limit)
    db.engine.dispose()
    try:
        yield
    finally:
        sa.event.remove(db.engine, "connect", limit)
        db.engine.dispose()
