"""Record keys that a delivery chooses once: the same post and part give the same key at every attempt. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

# https://atproto.com/specs/tid: 13 characters of five bits; one zero bit, 53 bits of microseconds, 10 of clock.
ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
LENGTH = 13
CLOCK_BITS = 10
# Room for the parts of a thread behind the fraction of a second that the post's name chooses.
PARTS = 32


def record_key(name: str, created: datetime, part: int = 0) -> str:
    """The TID of one part of the post `name`, made in the second of `created`; later parts sort later.

    The fraction of the second and the clock's number come from the name: posts of one second differ.
    """
    chosen = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    fraction = chosen % (1_000_000 // PARTS) * PARTS + part
    clock = (chosen >> 40) % (1 << CLOCK_BITS)
    return encoded((int(created.timestamp()) * 1_000_000 + fraction) << CLOCK_BITS | clock)


def encoded(number: int) -> str:
    """64 bits, the first one zero, as 13 characters that sort as the numbers do."""
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LENGTH)))
