"""Connections of the two drivers for one short question, without what a session would add."""

from __future__ import annotations

import select
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from psycopg import OperationalError, pq

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sqlalchemy as sa

# A database that hangs is as good as away.
PATIENCE_MS = 2000


class Hangs(Exception):
    """There is a connection, and nothing comes back on it."""


class SqliteLine:
    """Each question is a read of its own: the driver opens no transaction, as `prepare_sqlite` told it."""

    def __init__(self, engine: sa.Engine) -> None:
        self.connection = _detached(engine)
        self.connection.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")

    @staticmethod
    def named(count: int) -> str:
        return f"IN ({','.join('?' * count)})"

    def rows(self, statement: str, handles: Sequence[str]) -> tuple[tuple[Any, ...], ...]:
        return tuple(self.connection.execute(statement, tuple(handles)).fetchall())

    def close(self) -> None:
        self.connection.close()


class PostgresLine:
    """Statements are prepared once per connection and answered in text, which is all that is compared."""

    def __init__(self, engine: sa.Engine) -> None:
        self.connection = _detached(engine)
        self.connection.rollback()
        self.pg: Any = self.connection.pgconn
        self.poll = select.poll()
        self.poll.register(self.pg.socket, select.POLLIN)
        self.prepared: dict[str, bytes] = {}

    @staticmethod
    def named(_count: int) -> str:
        return "= ANY ($1::text[])"

    def rows(self, statement: str, handles: Sequence[str]) -> tuple[tuple[Any, ...], ...]:
        """`handles` must hold nothing that an array in PostgreSQL would want quoted."""
        name = self.prepared.get(statement) or self._prepare(statement)
        wanted = ["{" + ",".join(handles) + "}"] if "$1" in statement else []
        self.pg.send_query_prepared(name, [text.encode() for text in wanted])
        found = self._result()
        if found.status != pq.ExecStatus.TUPLES_OK:
            raise OperationalError(found.error_message.decode(errors="replace"))
        return tuple(
            tuple(found.get_value(row, column) for column in range(found.nfields))
            for row in range(found.ntuples)
        )

    def close(self) -> None:
        with suppress(OperationalError):
            self.connection.close()

    def _prepare(self, statement: str) -> bytes:
        name = b"sluice_%d" % len(self.prepared)
        self.pg.send_prepare(name, statement.encode())
        found = self._result()
        if found.status != pq.ExecStatus.COMMAND_OK:
            raise OperationalError(found.error_message.decode(errors="replace"))
        self.prepared[statement] = name
        return name

    def _result(self) -> Any:
        """The answer to what was just sent. Few calls on purpose: each may hand the interpreter to another thread."""
        while True:
            if not self.poll.poll(PATIENCE_MS):
                raise Hangs("the database does not answer")
            self.pg.consume_input()
            if not self.pg.is_busy():
                break
        found = self.pg.get_result()
        while self.pg.get_result() is not None:
            pass
        return found


def _detached(engine: sa.Engine) -> Any:
    """A driver's connection, made as the engine makes them, that the engine's pool has forgotten."""
    lent = engine.raw_connection()
    connection = lent.driver_connection
    lent.detach()
    return connection
