"""Whether this process has been asked to end, and how long what it is at may still take.

Noted in memory that a process shares with the children it forks: a worker that is asked tells the job at hand. Once
noted it stays. Who works in rounds begins nothing new; who waits for others waits no longer than `seconds_left`, and
then gives back what has not begun and says of the rest what is true. Thus nobody needs more than ten seconds.
"""

from __future__ import annotations

import mmap
import struct
import time

# For calls that are under way: all but a few places answer sooner.
PATIENCE = 6.0
# Whoever has not ended by then is ended; leases tell others what to do.
LONGEST = 8.5
# Who waits at length looks this often whether to go on.
LOOK_EVERY = 0.25

_memory = mmap.mmap(-1, struct.calcsize("d"))


def ask() -> None:
    """End soon: you have PATIENCE seconds, from the first time you are asked."""
    if not asked():
        struct.pack_into("d", _memory, 0, time.monotonic())


def asked() -> bool:
    return _asked_at() > 0


def seconds_left() -> float:
    """Without end while nobody has asked; below zero once patience is over."""
    since = _asked_at()
    return since + PATIENCE - time.monotonic() if since else float("inf")


def forget() -> None:
    """For tests, whose process goes on."""
    struct.pack_into("d", _memory, 0, 0.0)


def _asked_at() -> float:
    found: float = struct.unpack_from("d", _memory)[0]
    return found
