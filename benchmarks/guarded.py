"""Processes for the length of a block, each under Sluice's own guard: none outlives the benchmark, even when killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from calendar_app.supervising import guard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

PATIENCE = 20.0


@contextmanager
def guarded(argv: Sequence[str], output: Path, env: Mapping[str, str] | None = None) -> Iterator[int]:
    """Run a command with its output in a file; gives the process id of its guard. Asked to end at the end."""
    reading, life = os.pipe()
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__, str(reading), *argv],
            env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
            pass_fds=(reading,), start_new_session=True,
        )  # fmt: skip
    os.close(reading)
    try:
        yield process.pid
    finally:
        _end(process, life)


def wait_for(true: Callable[[], bool], what: str, *, seconds: float = 60.0, every: float = 0.02) -> None:
    """Poll until it holds. Raises TimeoutError with what was waited for."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {seconds:g} s in vain for {what}")
        time.sleep(every)


def _end(process: subprocess.Popen[bytes], life: int) -> None:
    try:
        os.write(life, b"T")
        process.wait(PATIENCE)
    except (BrokenPipeError, subprocess.TimeoutExpired):
        pass
    finally:
        # Its guard sees the end of the pipe and kills what is left.
        os.close(life)
        process.wait(PATIENCE)
