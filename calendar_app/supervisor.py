"""`sluice up`: web, clock, workers and, where none is given, a private Redis, started and ended as one.

One loop in one thread, which waits for output, a signal or, where a clock matters, a tenth of a second.
"""

from __future__ import annotations

import os
import selectors
import sys
import time
from typing import TYPE_CHECKING

from calendar_app.supervising import guard
from calendar_app.supervising.children import Child, how_it_ended, pause_after
from calendar_app.supervising.parts import Part, in_turns
from calendar_app.supervising.ports import port_taken
from calendar_app.supervising.prefixed_output import PrefixedOutput
from calendar_app.supervising.stop_signals import StopSignals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["Part", "port_taken", "run"]

MOST_DEATHS = 5  # of a part that has never been ready
SHORTEST_GRACE = 2.0  # seconds for a turn whose forerunners used up the grace
KILL_PATIENCE = 6.0  # seconds; a guard itself gives up after 5 on a process that cannot be killed
SAY_WAITING_AFTER = 30.0  # seconds
MOST_HELD_BACK = 65_536  # bytes


def run(
    parts: Sequence[Part],
    *,
    on_ready: Callable[[], None],
    grace_seconds: float = 9.0,
    lock: int | None = None,
) -> int:
    """Keep the parts running until SIGINT, SIGTERM or SIGHUP: 0, or 1 if a part cannot be brought up.

    on_ready is called once, when every part is ready. lock is the descriptor from `folder_lock.hold`. Call it
    in the main thread. When it returns, or is killed itself, no process that it started is left.
    """
    guard.adopt_orphans()
    signals = StopSignals()
    supervisor = _Supervisor(parts, signals, grace_seconds=grace_seconds, lock=lock)
    with signals.heard():
        try:
            if supervisor.start_all():
                on_ready()
                supervisor.watch()
            supervisor.stop_all()
        finally:
            supervisor.close()
    return 1 if supervisor.failed else 0


class _Supervisor:
    def __init__(
        self, parts: Sequence[Part], signals: StopSignals, *, grace_seconds: float, lock: int | None
    ) -> None:
        kept = () if lock is None else (lock,)
        self._turns = [[Child(part, keep_open=kept) for part in turn] for turn in in_turns(parts)]
        self._children = [child for turn in self._turns for child in turn]
        self._signals = signals
        self._grace = grace_seconds
        self._output = PrefixedOutput([part.name for part in parts], sys.stderr)
        self._here_before = guard.descendants(os.getpid())
        self._selector = selectors.DefaultSelector()
        self._selector.register(signals.woken, selectors.EVENT_READ)
        self._stopping = False
        self.failed = False

    def start_all(self) -> bool:
        """Start turn after turn; False if that was interrupted or has failed."""
        for turn in self._turns:
            for child in turn:
                self._start(child)
            self._wait_until_up(turn)
            if self._stopping:
                return False
        return True

    def watch(self) -> None:
        while not self._stopping:
            self._step()

    def stop_all(self) -> None:
        """Ask the last turn to end, wait, kill what has not; then the turn before. In a hurry, only kill."""
        until = time.monotonic() + self._grace
        for turn in reversed(self._turns):
            for child in turn:
                child.stop()
            patience = max(until, time.monotonic() + min(SHORTEST_GRACE, self._grace))
            while _running(turn) and time.monotonic() < patience and not self._signals.in_a_hurry:
                self._step()
            self._kill(turn)

    def close(self) -> None:
        """Leave nothing behind, whatever happened before."""
        self._stopping = True
        self._kill(self._children)
        self._selector.close()

    def _start(self, child: Child) -> None:
        try:
            child.start()
        except OSError as error:
            child.bury()
            self._say_and_decide(child, 1, f"could not be started ({error.strerror})")
        else:
            assert child.output is not None  # noqa: S101 - it has just been started
            self._selector.register(child.output, selectors.EVENT_READ, child)

    def _wait_until_up(self, turn: list[Child]) -> None:
        say_at = time.monotonic() + SAY_WAITING_AFTER
        while not self._stopping and (missing := [child for child in turn if not child.up]):
            self._step()
            if time.monotonic() > say_at:
                say_at = float("inf")
                for child in missing:
                    self._output.say(
                        f"Still waiting for {child.part.name}{f' ({child.doubt})' * bool(child.doubt)}."
                    )

    def _step(self) -> None:
        """Wait until something happens, then see to all that has."""
        clock_matters = self._stopping or any(child.pending for child in self._children)
        for key, _ in self._selector.select(0.1 if clock_matters else None):
            if key.data is None:
                self._signals.forget_wakes()
            else:
                self._read(key.data)
        for child in self._children:
            self._look_at(child)
        if self._signals.asked and not self._stopping:
            self._stopping = True
            self._output.say("Stopping. Press Ctrl-C again to stop at once.")

    def _read(self, child: Child) -> bool:
        """Pass on, or hold back, what the part has said; False when there is no more for now, or ever."""
        data = self._take(child)
        if child.part.quiet_start and not child.ready:
            child.held_back = (child.held_back + data)[-MOST_HELD_BACK:]
        elif data:
            self._output.pass_on(child.part.name, data)
        return bool(data)

    def _take(self, child: Child) -> bytes:
        if child.output is None:
            return b""
        try:
            data = os.read(child.output, 65_536)
        except BlockingIOError:
            return b""
        if not data:
            self._forget(child.output)
        return data

    def _forget(self, output: int) -> None:
        if output in self._selector.get_map():
            self._selector.unregister(output)

    def _look_at(self, child: Child) -> None:
        code = child.ended()
        if code is not None:
            self._take_leave(child, code)
        elif not self._stopping:
            self._ask(child)
            if child.start_again_at is not None and time.monotonic() >= child.start_again_at:
                self._start(child)

    def _ask(self, child: Child) -> None:
        before = child.ready
        child.ask()
        if child.part.quiet_start and child.ready and not before:
            # It said this on its way too, while it was being asked.
            while self._take(child):
                continue

    def _take_leave(self, child: Child, code: int) -> None:
        if code < 0:
            self._end_strays()
        while self._read(child):
            continue
        if not child.ready and not self._stopping:
            self._output.pass_on(child.part.name, child.held_back)
        self._output.finish(child.part.name)
        if child.output is not None:
            self._forget(child.output)
        child.bury()
        if not self._stopping:
            self._say_and_decide(child, code, how_it_ended(code))

    def _say_and_decide(self, child: Child, code: int, how: str) -> None:
        name = child.part.name
        if not child.part.restart:
            child.finished = code == 0
            self._output.say(f"{name} {how}.") if code == 0 else self._fail(f"{name} {how}")
        elif child.deaths >= MOST_DEATHS and not child.was_ready:
            self._fail(f"{name} {how}, for the {MOST_DEATHS}th time without ever being ready")
        else:
            pause = pause_after(child.deaths)
            child.start_again_at = time.monotonic() + pause
            self._output.say(f"{name} {how}; it starts again in {pause:g} s.")

    def _fail(self, what: str) -> None:
        self._output.say(f"{what}. Everything is stopped; the lines above say more.")
        self.failed = self._stopping = True

    def _kill(self, children: Iterable[Child]) -> None:
        left = _running(children)
        for child in left:
            if not self._signals.in_a_hurry:
                self._output.say(f"{child.part.name} does not end and is killed.")
            child.kill()
        until = time.monotonic() + KILL_PATIENCE
        while _running(left) and time.monotonic() < until:
            self._step()
        for child in _running(left):
            child.kill_guard()
            while child.running:
                self._step()

    def _end_strays(self) -> None:
        """A guard that was killed could not clear up: what it guarded has come to this process."""
        guards = {child.pid for child in self._children if child.pid is not None}
        guard.end_descendants(spare=guards | self._here_before)


def _running(children: Iterable[Child]) -> list[Child]:
    return [child for child in children if child.running]
