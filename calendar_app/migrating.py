"""Bringing the database to the shape that this version needs."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from calendar_app.extensions import db, writing
from calendar_app.migrations import rebuilding  # noqa: F401  (Alembic knows it then)

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "migrations"
# Any number that nobody else uses: two hosts that start at once must not both migrate.
LOCK_NUMBER = 7_175_123


def migrate(target: str = "head") -> None:
    """Run what is missing. Safe to call from several processes at once; needs an app context."""
    if target == "head" and _revision_of_engine() == newest():
        return
    with changing() as connection:
        command.upgrade(_config(connection), target)


@contextmanager
def changing() -> Iterator[sa.Connection]:
    """A connection on which the shape of the database may be changed, all of it or nothing."""
    with writing(), db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            with _without_foreign_keys(connection), connection.begin():
                before = _orphans(connection)
                yield connection
                if left := _orphans(connection) - before:
                    raise RuntimeError(f"rows are left without what they belong to, in {sorted(left)}")
            return
        with connection.begin():
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_NUMBER)))
            yield connection


def current() -> str | None:
    """The revision the database has, None when it is empty."""
    # In the session's own transaction: a second connection would wait for the first where one writes alone.
    return MigrationContext.configure(db.session.connection()).get_current_revision()


def newest() -> str | None:
    """The revision this version needs."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


@contextmanager
def _without_foreign_keys(connection: sa.Connection) -> Iterator[None]:
    """A table that is made anew is dropped in between, and SQLite would delete whatever belongs to its rows.

    That can only be said outside of a transaction.
    """
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _orphans(connection: sa.Connection) -> Counter[str]:
    """How many rows of each table name one that is not there."""
    return Counter(row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check"))


def _revision_of_engine() -> str | None:
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
