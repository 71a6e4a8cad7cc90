"""What says the same in several ways goes one of them in `make test`, by turns, and all in `make check`.

Always the same one, so that a failure comes again (docs/decisions/0015).
"""

from __future__ import annotations

import os
from zlib import crc32

EVERYTHING = bool(os.environ.get("SLUICE_TEST_ALL"))


def turn(name, ways):
    """The one of `ways` whose turn it is for what has this name."""
    return ways[crc32(name.encode()) % len(ways)]


def share(things, way, ways):
    """Those of `things` that go this way: all, or by turns every so many."""
    return [one for number, one in enumerate(things) if EVERYTHING or ways[number % len(ways)] == way]
