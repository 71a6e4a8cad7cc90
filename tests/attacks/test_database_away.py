"""A database that is locked or away: a clear sentence for a moment, in the form that the asker reads."""

from __future__ import annotations

import sqlite3

import pytest

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
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=50")
        answer = browser.send("/streams/new", {"name": "Roads"}, page="/streams/new")
    finally:
        holder.rollback()
        holder.close()
        db.engine.dispose()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "The database is busy or away. Nothing was changed: try again in a moment." in answer.text
    assert browser.send("/streams/new", {"name": "Roads"}, page="/streams/new").status_code in {303, 422}
