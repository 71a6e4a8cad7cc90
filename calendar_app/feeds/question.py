"""The one cheap question of a feed: have its streams changed? Asked without the ORM, on connections of its own.

It must not cost more than the answer: a feed that a thousand programs poll is mostly this question.
"""

from __future__ import annotations

import os
import time
import weakref
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from calendar_app.feeds.lines import Hangs, PostgresLine, SqliteLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    Rows = tuple[tuple[Any, ...], ...]
    Versions = tuple[Any, ...]

DAY = 86400
# After a failed try the next ones would only wait as well.
PAUSE = 2.0
# Where thousands poll in a second, one question serves those of two milliseconds: less than a request's way here.
# A commit of this very process ends it.
JUST_NOW = 0.002
NEVER: tuple[float, Versions] = (float("-inf"), ())
MOST_RECENT = 1000

# The site stands on the left so that a changed name shows even where there is no stream.
COLUMNS = "s.id, s.feed_version, s.feed_changed_at, s.visibility, s.archived_at, site.name"
ASK = "SELECT {columns} FROM site LEFT JOIN stream s ON {shown} WHERE site.id = 1 ORDER BY s.id"
OPEN = "s.visibility <> 'internal' AND s.handle {named}"
PUBLIC = "s.visibility = 'public' AND s.archived_at IS NULL"


class Line(Protocol):
    """One connection of the driver. `rows` raises whatever the driver does when nobody answers."""

    def rows(self, statement: str, handles: Sequence[str]) -> Rows: ...

    def close(self) -> None: ...


class Away(Exception):
    """The database did not answer a moment ago and is not asked again yet."""


class Question:
    """Lends out a connection per question, and makes one when all are in use: as many as there are threads.

    They are closed when the engine is disposed of, when this object goes, and left alone after a fork.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.idle: deque[Line] = deque()
        self.process = os.getpid()
        self.quiet_until = 0.0
        self.recent: dict[tuple[str, ...] | None, tuple[float, Versions]] = {}
        kind = SqliteLine if engine.dialect.name == "sqlite" else PostgresLine
        self.line: type[SqliteLine] | type[PostgresLine] = kind
        self.everything = ASK.format(columns=COLUMNS, shown=PUBLIC)
        _listen(engine, self)

    def ask(self, handles: tuple[str, ...] | None) -> Versions:
        """What the feed of these streams (None: all public ones) depends on: equal answers, equal bytes.

        The day, which lets old posts go, then a row per stream that readers may follow, its id first.
        Raises when the database does not answer.
        """
        now = time.monotonic()
        asked, answer = self.recent.get(handles, NEVER)
        if now - asked < JUST_NOW:
            return answer
        answer = self._ask(handles)
        if len(self.recent) >= MOST_RECENT:
            self.recent.clear()
        self.recent[handles] = (now, answer)
        return answer

    def _ask(self, handles: tuple[str, ...] | None) -> Versions:
        if handles is None:
            rows = self._rows(self.everything, ())
        else:
            shown = OPEN.format(named=self.line.named(len(handles)))
            rows = self._rows(ASK.format(columns=COLUMNS, shown=shown), handles)
        return (int(time.time() // DAY), *rows)

    def _rows(self, statement: str, handles: Sequence[str]) -> Rows:
        if time.monotonic() < self.quiet_until:
            raise Away
        try:
            return self._try_again(statement, handles)
        except Exception:
            self.quiet_until = time.monotonic() + PAUSE
            raise

    def _try_again(self, statement: str, handles: Sequence[str]) -> Rows:
        """A server that was restarted leaves dead connections behind: then one more try on a new one."""
        try:
            return self._try(statement, handles)
        except Hangs:
            raise
        except Exception:
            _close_all(self.idle)
            return self._try(statement, handles)

    def _try(self, statement: str, handles: Sequence[str]) -> Rows:
        line = self._borrow()
        try:
            rows = line.rows(statement, handles)
        except BaseException:
            line.close()
            raise
        self.idle.append(line)
        return rows

    def _borrow(self) -> Line:
        if self.process != os.getpid():
            # Ours by inheritance only: to use or close them would disturb the parent.
            _of_parents.append(list(self.idle))
            self.idle.clear()
            self.process = os.getpid()
        try:
            return self.idle.pop()
        except IndexError:
            return self.line(self.engine)


_of_parents: list[list[Line]] = []


def _listen(engine: sa.Engine, question: Question) -> None:
    idle, recent = question.idle, question.recent
    weakref.finalize(question, _close_all, idle)

    @sa.event.listens_for(engine, "engine_disposed")
    def close(_engine: sa.Engine) -> None:
        _close_all(idle)

    @sa.event.listens_for(engine, "commit")
    def forget(_connection: sa.Connection) -> None:
        recent.clear()


def _close_all(idle: deque[Line]) -> None:
    while True:
        try:
            idle.pop().close()
        except IndexError:
            return
