"""The secret key where Sluice made it itself: in the data folder, for this user alone; and those that it replaced.

Written whole or not at all: a draft is filled, put on disk and then takes the name of the file.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CURRENT = "secret_key"
EARLIER = "secret_key.earlier"
LOCK = "secret_key.lock"


class Busy(Exception):
    """Somebody else changes the keys of this folder at the moment."""


def make_first(data: Path) -> None:
    """Several processes may start at once: the first link wins, all then read the same key."""
    draft = _draft(data, CURRENT, _new_key())
    try:
        os.link(draft, data / CURRENT)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def current(data: Path) -> str | None:
    """The key of the folder, if it has one."""
    try:
        return (data / CURRENT).read_text().strip()
    except FileNotFoundError:
        return None


def earlier(data: Path) -> tuple[str, ...]:
    """Those that it replaced, the latest first."""
    try:
        return tuple((data / EARLIER).read_text().split())
    except FileNotFoundError:
        return ()


def edition(data: Path) -> int | None:
    """Another number whenever the key of the folder is another; costs next to nothing. None where there is none."""
    try:
        return (data / CURRENT).stat().st_mtime_ns
    except OSError:
        return None


def change(data: Path) -> None:
    """Put a new key in the place of the present one, which is kept among the earlier ones before that happens.

    Whoever stops in between has lost nothing.
    """
    present = current(data)
    if present is None:
        raise FileNotFoundError(data / CURRENT)
    known = dict.fromkeys((present, *earlier(data)))
    _write(data, EARLIER, "\n".join(known))
    _write(data, CURRENT, _new_key())


def forget_earlier(data: Path) -> None:
    (data / EARLIER).unlink(missing_ok=True)


@contextmanager
def held(data: Path) -> Iterator[None]:
    """One at a time. Raises Busy."""
    descriptor = os.open(data / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Busy from None
    finally:
        os.close(descriptor)


def _new_key() -> str:
    return secrets.token_urlsafe(48)


def _write(data: Path, name: str, text: str) -> None:
    os.replace(_draft(data, name, text), data / name)
    folder = os.open(data, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _draft(data: Path, name: str, text: str) -> Path:
    path = data / f"{name}.{os.getpid()}"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return path
