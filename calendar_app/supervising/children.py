"""One part and the guarded process that runs it at present."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from calendar_app.supervising import guard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.supervising.parts import Part

SETTLED_SECONDS = 5.0  # a part that cannot say whether it is ready is taken to be after this time
STEADY_SECONDS = 30.0  # a part that was ready for so long has its earlier deaths forgiven
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
ASK_EVERY = 0.1


class Child:
    """Starts, asks, stops and kills; decides nothing. Times are monotonic seconds."""

    def __init__(self, part: Part, *, keep_open: Sequence[int] = ()) -> None:
        self.part = part
        self.output: int | None = None
        self.ready = False
        self.was_ready = False
        self.finished = False
        self.deaths = 0
        self.doubt: str | None = None
        self.held_back = b""
        self.started_at = 0.0
        self.start_again_at: float | None = None
        self._keep_open = tuple(keep_open)
        self._guard: subprocess.Popen[bytes] | None = None
        self._life: int | None = None
        self._asked_at = 0.0

    @property
    def up(self) -> bool:
        """Ready, or done where it has only one thing to do."""
        return self.ready or self.finished

    @property
    def pending(self) -> bool:
        """Something about it depends on the clock."""
        return self.start_again_at is not None or (self.running and not self.ready)

    @property
    def running(self) -> bool:
        return self._guard is not None

    @property
    def pid(self) -> int | None:
        return self._guard.pid if self._guard else None

    def start(self) -> None:
        """Start the part under its guard, in a session of its own: a Ctrl-C reaches only the supervisor."""
        self.started_at, self.start_again_at = time.monotonic(), None
        life, self._life = os.pipe()
        kept = (life, *self._keep_open)
        numbers = ",".join(str(descriptor) for descriptor in kept)
        try:
            self._guard = subprocess.Popen(  # noqa: S603 - the command is our own
                [sys.executable, "-I", "-S", guard.__file__, numbers, *self.part.argv],
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.part.env},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                pass_fds=kept,
                start_new_session=True,
            )
        finally:
            os.close(life)
        assert self._guard.stdout is not None  # noqa: S101 - asked for just above
        self.output = self._guard.stdout.fileno()
        os.set_blocking(self.output, False)
        self.ready = self.part.ready is None
        self.held_back = b""

    def ask(self) -> None:
        """Find out, ten times a second at most, whether it is ready; what it raises is kept in `doubt`."""
        now = time.monotonic()
        if self.part.ready is None or self.ready or not self.running or now - self._asked_at < ASK_EVERY:
            return
        self._asked_at = now
        try:
            self.ready = self.part.ready()
        except Exception as error:  # before it is ready a part may fail in any way
            self.doubt = f"{type(error).__name__}: {error}"
        self.was_ready = self.was_ready or self.ready

    def stop(self) -> None:
        """Ask it to end: its guard passes SIGTERM to the part alone, never to the part's own children."""
        if self._life is not None:
            try:
                os.write(self._life, b"T")
            except BrokenPipeError:
                return

    def kill(self) -> None:
        """End it and everything it started, at once: the guard sees the end of its pipe."""
        if self._life is not None:
            os.close(self._life)
            self._life = None

    def kill_guard(self) -> None:
        """The last resort against a guard that does not answer; its orphans come to the supervisor."""
        if self._guard is not None:
            self._guard.kill()

    def ended(self) -> int | None:
        """The exit code (negative: a signal killed the guard itself) once the process is gone."""
        return None if self._guard is None else self._guard.poll()

    def bury(self) -> None:
        """Close what the ended process left open and count its death."""
        now = time.monotonic()
        lived = now - self.started_at
        if self.part.ready is None and lived >= SETTLED_SECONDS:
            self.was_ready = True
        if self.ready and lived >= STEADY_SECONDS:
            self.deaths = 0
        self.deaths += 1
        self.kill()
        if self._guard is not None and self._guard.stdout is not None:
            self._guard.stdout.close()
        self._guard, self.output, self.ready = None, None, False


def pause_after(deaths: int) -> float:
    """Seconds to wait before the next start: 0.5, 1, 2, … at most 30."""
    return float(min(FIRST_PAUSE * 2 ** min(deaths - 1, 10), LONGEST_PAUSE))


def how_it_ended(code: int) -> str:
    """The rest of a sentence that begins with the part's name."""
    if code < 0:
        return "lost its guard"
    try:
        return f"was ended by {signal.Signals(code - 128).name}"
    except ValueError:
        return f"ended with exit code {code}"
