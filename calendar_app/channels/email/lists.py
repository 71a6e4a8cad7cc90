"""The address list of an account: read as it is typed, known by digests where somebody has left. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from calendar_app.mailing.addresses import BadAddress, clean_address

MOST = 5000
# As many as help somebody to find them.
MOST_NAMED = 3


@dataclass(frozen=True)
class AddressList:
    """`good` each once, in the order typed; `bad` as they were typed."""

    good: tuple[str, ...]
    bad: tuple[str, ...]


def read_list(text: str) -> AddressList:
    """One address a line; commas and semicolons part them too."""
    good: dict[str, str] = {}
    bad = []
    for typed in filter(None, (part.strip() for part in re.split(r"[\n\r,;]+", text))):
        try:
            address = clean_address(typed)
        except BadAddress:
            bad.append(typed)
        else:
            good.setdefault(address.lower(), address)
    return AddressList(tuple(good.values()), tuple(bad))


def digest_of(address: str) -> str:
    """The same for every way of writing an address: 64 hexadecimal digits."""
    return sha256(address.lower().encode()).hexdigest()


def without(text: str, digest: str) -> str:
    """The list, one address a line, without the one of this digest."""
    return "\n".join(one for one in read_list(text).good if digest_of(one) != digest)
