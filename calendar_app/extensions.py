"""Extensions made without an app; `create_app` binds them."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import DeclarativeBase

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base)
csrf = CSRFProtect()
babel = Babel()
limiter = Limiter(key_func=get_remote_address, in_memory_fallback_enabled=True)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

_writing: ContextVar[bool] = ContextVar("writing", default=False)


@contextmanager
def writing() -> Iterator[None]:
    """Within this block SQLite transactions begin IMMEDIATE.

    A transaction that reads first and writes later cannot be upgraded once another writer came in
    between (SQLITE_BUSY_SNAPSHOT, which no busy_timeout heals), so whoever means to write says so first.
    PostgreSQL needs nothing of it.
    """
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def start_writing() -> None:
    """Like `writing()`, until the context (a request, a job) ends."""
    _writing.set(True)


def stop_writing() -> None:
    _writing.set(False)


def prepare_sqlite(engine: sa.Engine) -> None:
    """WAL, foreign keys, patience for locks, and real BEGIN statements (the driver's own are left out)."""

    @sa.event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=20000", "synchronous=FULL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def database_now() -> Any:
    """The database's own clock as an aware UTC datetime: it alone decides what is due.

    A worker whose clock runs an hour wrong must neither send early nor late.
    """
    from calendar_app.times import UTCDateTime

    if db.engine.dialect.name == "sqlite":
        moment = sa.type_coerce(sa.func.strftime("%Y-%m-%d %H:%M:%f000", "now"), UTCDateTime())
    else:
        moment = sa.type_coerce(sa.func.clock_timestamp(), UTCDateTime())
    return db.session.execute(sa.select(moment)).scalar_one()
