"""Bringing the database to the shape that this version needs."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from calendar_app.extensions import db, writing

FOLDER = Path(__file__).parent / "migrations"
# Any number that nobody else uses: two hosts that start at once must not both migrate.
LOCK_NUMBER = 7_175_123


def migrate(target: str = "head") -> None:
    """Run what is missing. Safe to call from several processes at once; needs an app context."""
    with writing(), db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_NUMBER)))
        command.upgrade(_config(connection), target)


def current() -> str | None:
    """The revision the database has, None when it is empty."""
    # In the session's own transaction: a second connection would wait for the first where one writes alone.
    return MigrationContext.configure(db.session.connection()).get_current_revision()


def newest() -> str | None:
    """The revision this version needs."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
