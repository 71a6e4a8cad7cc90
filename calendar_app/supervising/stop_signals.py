"""What the person at the terminal, or the system, asks of the supervisor."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SAME_KEY_PRESS = 0.5  # seconds; a wrapper passes on the Ctrl-C that the terminal has sent already


class StopSignals:
    """A signal only leaves a note here and makes `woken` readable: the loop acts on it, never the handler."""

    def __init__(self) -> None:
        self.asked = False
        self.in_a_hurry = False
        self._first_at = 0.0
        self.woken, self._wake = os.pipe()
        os.set_blocking(self.woken, False)
        os.set_blocking(self._wake, False)

    @contextlib.contextmanager
    def heard(self) -> Iterator[None]:
        """Listen, in the main thread; the handlers of before come back at the end."""
        before = {number: signal.getsignal(number) for number in (*STOP, signal.SIGCHLD)}
        wakeup_before = signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        for number, handler in before.items():
            if number != signal.SIGHUP or handler != signal.SIG_IGN:  # ignored: started under nohup
                signal.signal(number, self._note)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler or signal.SIG_DFL)
            signal.set_wakeup_fd(wakeup_before)
            os.close(self.woken)
            os.close(self._wake)

    def forget_wakes(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self.woken, 512):
                continue

    def _note(self, number: int, _: object) -> None:
        if number == signal.SIGCHLD:
            return
        now = time.monotonic()
        if not self.asked:
            self.asked, self._first_at = True, now
        elif now - self._first_at > SAME_KEY_PRESS:
            self.in_a_hurry = True
