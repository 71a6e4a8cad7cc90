"""One `sluice up` for one data folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from typing import TYPE_CHECKING

from calendar_app.supervising import CannotStart

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "up.lock"


class AlreadyRunning(CannotStart):
    """Another `sluice up` works in this folder."""


@contextlib.contextmanager
def hold(folder: Path, *, patience: float = 10.0) -> Iterator[int]:
    """Hold the folder's lock; the descriptor goes to `supervisor.run(lock=…)`, whose guards keep it too.

    Thus the lock is free only once the last process of a killed supervisor is gone. While its guards still
    clear up, wait for them, `patience` seconds at most; a supervisor that lives is told about at once.
    Raises AlreadyRunning, or CannotStart for a folder in which nothing can be locked.
    """
    descriptor = _open(folder)
    try:
        _take(descriptor, folder, time.monotonic() + patience)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _open(folder: Path) -> int:
    try:
        return os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotStart(
            f"The data folder {folder} cannot be used ({error.strerror}); "
            "name one that this user may write in SLUICE_DATA."
        ) from error


def _take(descriptor: int, folder: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            holder = _holder(descriptor)
            if time.monotonic() > until or _alive(holder):
                raise AlreadyRunning(_sentence(folder, holder)) from error
        except OSError as error:
            raise CannotStart(
                f"The data folder {folder} is on a disk that cannot lock files ({error.strerror}); "
                "name a folder on a local disk in SLUICE_DATA."
            ) from error
        time.sleep(0.05)


def _holder(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0).strip()
    return int(text) if text.isdigit() else None


def _alive(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sentence(folder: Path, holder: int | None) -> str:
    named = f" (process {holder})" if _alive(holder) else ""
    return (
        f"Sluice is already running on the data folder {folder}{named}; "
        "stop it first, or name another folder in SLUICE_DATA."
    )
