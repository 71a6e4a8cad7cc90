"""E-mail addresses as they can be sent to. Pure."""

from __future__ import annotations

import re
from email.utils import parseaddr

LONGEST = 254
LONGEST_LOCAL = 64
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class BadAddress(ValueError):
    """Not an address that mail can be sent to."""


def clean_address(text: str) -> str:
    """`kari@xn--bl-zia.example` from ` kari@BLÅ.example `: the host in small letters as the DNS knows it.

    Raises BadAddress.
    """
    local, at, host = text.strip().rpartition("@")
    host = _ascii_host(host)
    address = f"{local}@{host}"
    labels = host.split(".")
    good = (
        at
        and len(local) <= LONGEST_LOCAL
        and len(address) <= LONGEST
        and _LOCAL.fullmatch(local)
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )
    if not good:
        raise BadAddress(text)
    return address


def sender_parts(text: str) -> tuple[str, str]:
    """Name (may be empty) and address of `Town of Fjordvik <news@fjordvik.example>`. Raises BadAddress."""
    if not text.isprintable():
        raise BadAddress(text)
    name, address = parseaddr(text)
    return name, clean_address(address)


def _ascii_host(host: str) -> str:
    if host.isascii():
        return host.lower()
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
