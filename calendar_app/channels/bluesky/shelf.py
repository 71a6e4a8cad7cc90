"""Where sessions are kept: in memory that a process shares with the children it forks.

A worker forks for each job, and signing in is rationed (30 times in five minutes, 300 a day): what one child has
got, the next one finds. It never reaches a disk, and it ends with the worker.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
from threading import Lock
from typing import Any

SIZE = 1 << 18
DIGEST_BYTES = 32
LENGTH_BYTES = 4


class Shelf:
    """Small JSON values by name, the oldest falling off the end. What two processes garble is read as empty."""

    def __init__(self, size: int = SIZE) -> None:
        self._memory = mmap.mmap(-1, size)
        self._size = size
        self._lock = Lock()
        os.register_at_fork(after_in_child=self._unlock)

    def take(self, name: str) -> dict[str, Any]:
        """What was kept under this name; empty for nothing."""
        with self._lock:
            found = self._read().get(name, {})
        return dict(found)

    def keep(self, name: str, values: dict[str, Any]) -> None:
        with self._lock:
            known = self._read()
            known.pop(name, None)
            self._write({**known, name: values})

    def _read(self) -> dict[str, dict[str, Any]]:
        start = LENGTH_BYTES + DIGEST_BYTES
        length = int.from_bytes(self._memory[:LENGTH_BYTES])
        body = self._memory[start : start + length]
        if self._memory[LENGTH_BYTES:start] != hashlib.sha256(body).digest():
            return {}
        found: dict[str, dict[str, Any]] = json.loads(body)
        return found

    def _write(self, known: dict[str, dict[str, Any]]) -> None:
        body = json.dumps(known).encode()
        while len(body) + LENGTH_BYTES + DIGEST_BYTES > self._size:
            known.pop(next(iter(known)))
            body = json.dumps(known).encode()
        whole = len(body).to_bytes(LENGTH_BYTES) + hashlib.sha256(body).digest() + body
        self._memory[: len(whole)] = whole

    def _unlock(self) -> None:
        """The thread of the parent that held the lock is not there in a forked child."""
        self._lock = Lock()
