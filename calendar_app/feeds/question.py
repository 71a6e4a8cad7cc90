"""The one cheap question of a feed: have its streams changed? Asked without the ORM, on a connection of its own."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from calendar_app.feeds.choosing import BETWEEN, MOST_CHOSEN

if TYPE_CHECKING:
    import sqlalchemy as sa

COLUMNS = "id, feed_version, visibility, archived_at IS NULL"
DAY = 86400


class Question:
    """Keeps one driver connection per thread, in autocommit: the question must not cost more than the answer."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.mark = "?" if engine.dialect.name == "sqlite" else "%s"
        self.local = threading.local()

    def versions(self, streams: tuple[int, ...] | None) -> tuple[Any, ...]:
        """What the feed of these streams (None: everything) depends on; equal answers, equal bytes."""
        if streams is None:
            rows = self._rows(f"SELECT {COLUMNS} FROM stream ORDER BY id", ())  # noqa: S608  (constants only)
        else:
            marks = ",".join([self.mark] * len(streams))
            rows = self._rows(f"SELECT {COLUMNS} FROM stream WHERE id IN ({marks}) ORDER BY id", streams)  # noqa: S608
        # What a feed shows also changes when a day has gone by.
        return (int(time.time() // DAY), *rows)

    def versions_by_path(self, path: str) -> tuple[Any, ...]:
        """The same, before the application has said which streams an address means."""
        if path.startswith("/everything."):
            return self.versions(None)
        name = path.rsplit("/", 1)[1].rsplit(".", 1)[0].lower()
        handles = tuple(dict.fromkeys(part for part in BETWEEN.split(name) if part))[:MOST_CHOSEN]
        marks = ",".join([self.mark] * len(handles))
        rows = self._rows(f"SELECT {COLUMNS} FROM stream WHERE handle IN ({marks or 'NULL'}) ORDER BY id", handles)  # noqa: S608
        shown = tuple(row for row in rows if row[2] in {"public", "unlisted"})
        return (int(time.time() // DAY), *shown)

    def _rows(self, statement: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
        try:
            return tuple(map(tuple, self._connection().execute(statement, values).fetchall()))
        except Exception:
            # A server that was restarted leaves dead connections behind: one more try on a new one.
            self.local.connection = None
            return tuple(map(tuple, self._connection().execute(statement, values).fetchall()))

    def _connection(self) -> Any:
        found = getattr(self.local, "connection", None)
        if found is None:
            found = self.local.connection = self._connect()
        return found

    def _connect(self) -> Any:
        raw = self.engine.raw_connection()
        raw.detach()
        connection: Any = raw.driver_connection
        if self.engine.dialect.name != "sqlite":
            connection.rollback()
            connection.autocommit = True
            connection.prepare_threshold = 1
        return connection
