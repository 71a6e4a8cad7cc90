"""Empty tables for the next test, whoever may still be at work on them."""

from __future__ import annotations

import sqlalchemy as sa

from calendar_app.extensions import db, start_writing

TRIES = 10


def empty() -> None:
    """Delete every row of the app's database. Needs an app context."""
    tables = [table.name for table in db.metadata.sorted_tables]
    if db.engine.dialect.name == "postgresql":
        _postgresql(tables)
    else:
        _sqlite(tables)


def _sqlite(tables: list[str]) -> None:
    start_writing()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_no_delete")
        for name in reversed(tables):
            connection.exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608
        connection.exec_driver_sql(
            "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
            "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
        )


def _postgresql(tables: list[str]) -> None:
    """Row by row: TRUNCATE makes a new file for each table and its indexes, which takes a tenth of a second.

    Processes of a journey may be at work. Their transactions are waited for, else what they write stays behind; of
    two that wait for each other the server ends one, which asks again. Numbers of rows go on: what such a process
    says late of its row would else be said of one of the next test.
    """
    deletes = "".join(f"DELETE FROM {name};" for name in tables)  # noqa: S608
    for again in range(TRIES):
        try:
            with db.engine.begin() as connection:
                connection.exec_driver_sql("SET LOCAL lock_timeout = '3s'")
                # Neither foreign keys nor "audit is append-only" hold for whoever starts anew.
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
                connection.exec_driver_sql(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE")
                connection.exec_driver_sql(f"DO $$ BEGIN {deletes} END $$")
            return
        except sa.exc.OperationalError:
            if again == TRIES - 1:
                raise
