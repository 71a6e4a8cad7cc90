"""One thread per process looks for news while somebody listens, and tells all who wait. The database is asked,
nobody rings: whatever changed a post, on whichever machine, is seen within half a second.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from contextlib import contextmanager
from threading import Condition, Thread
from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.planner import news
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_app.planner.news import News

log = logging.getLogger(__name__)

EVERY = 0.5
KEPT = 2000
# Each holds a thread of the web server; the others ask now and then.
MOST_LISTENERS = 8


class Full(Exception):
    """This process has as many listeners as it may have."""


class Watcher:
    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._changed = Condition()
        self._listeners = 0
        self._running = False
        self._heard: deque[News] = deque(maxlen=KEPT)
        self._count = 0

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """Nothing that becomes visible from here on is missed. Raises Full."""
        with self._changed:
            if self._listeners >= MOST_LISTENERS:
                raise Full
            self._listeners += 1
            if not self._running:
                self._start()
            listener = Listener(self, self._count)
        try:
            yield listener
        finally:
            with self._changed:
                self._listeners -= 1

    def after(self, count: int, timeout: float) -> tuple[int, list[News]]:
        """What was heard since that count, waiting for it so many seconds at most; and the count now."""
        with self._changed:
            self._changed.wait_for(lambda: self._count > count, timeout)
            fresh = min(self._count - count, len(self._heard))
            return self._count, list(self._heard)[len(self._heard) - fresh :] if fresh else []

    def _start(self) -> None:
        with self.engine.connect() as connection:
            looking = _Looking(connection)
        self._running = True
        Thread(target=self._watch, args=(looking,), name="plan watcher", daemon=True).start()

    def _watch(self, looking: _Looking) -> None:
        while True:
            time.sleep(EVERY)
            with self._changed:
                if not self._listeners:
                    self._running = False
                    return
            try:
                with self.engine.connect() as connection:
                    fresh = looking.look(connection)
            except sa.exc.SQLAlchemyError as problem:
                log.warning("the plan cannot be watched just now: %s", type(problem).__name__)
                continue
            if fresh:
                with self._changed:
                    self._heard.extend(fresh)
                    self._count += len(fresh)
                    self._changed.notify_all()


class Listener:
    def __init__(self, watcher: Watcher, count: int) -> None:
        self._watcher, self._count = watcher, count

    def wait(self, seconds: float) -> list[News]:
        """What has been heard since the last time; empty after so many seconds of silence."""
        self._count, fresh = self._watcher.after(self._count, seconds)
        return fresh


class _Looking:
    """What was seen so far. `floor`: no lower number can still become visible."""

    def __init__(self, connection: sa.Connection) -> None:
        self._floor = news.settled(connection, utcnow())
        self._seen: dict[int, float] = {}
        self.look(connection)

    def look(self, connection: sa.Connection) -> list[News]:
        now = time.monotonic()
        fresh = [one for one in news.above(connection, self._floor, most=KEPT) if one.id not in self._seen]
        self._seen.update((one.id, now) for one in fresh)
        old = [number for number, at in self._seen.items() if now - at > news.LONGEST.total_seconds()]
        if old:
            self._floor = max(self._floor, *old)
            self._seen = {number: at for number, at in self._seen.items() if number > self._floor}
        return fresh
