"""The address of a server with the Mastodon API, as people write it. Looks hosts up, calls none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from calendar_app import outbound as world
from calendar_app.channels import posting
from calendar_app.languages import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def address_of(typed: str) -> str:
    """`https://social.example.org`, whether a host, an address or a whole account name was typed."""
    text = typed.strip()
    if re.fullmatch(r"@?[\w.-]+@[\w.-]+(:\d+)?", text):
        text = text.rpartition("@")[2]
    if text and "://" not in text:
        text = f"https://{text}"
    return text.rstrip("/")


def wrong(address: str, allowed_networks: Sequence[str]) -> str | None:
    """A sentence when no token may be sent there: plain HTTP only in one's own network."""
    problem = posting.wrong_address(address, allowed_networks)
    if problem:
        return problem
    parts = urlsplit(address)
    if parts.path or parts.query or parts.fragment:
        return say("Write the address of the server alone, such as https://social.example.org.")
    if parts.scheme == "https" or _is_private(address):
        return None
    return say("Write an address that begins with https://: a password is sent to it.")


def host_of(address: str) -> str:
    return urlsplit(address).netloc


def full_name(account: Mapping[str, Any], server: str) -> str:
    """`@kari@social.example.org`."""
    name = str(account.get("acct") or account.get("username") or "?")[:200]
    return f"@{name}" if "@" in name else f"@{name}@{host_of(server)}"


def _is_private(address: str) -> bool:
    try:
        world.check_address(address)
    except world.AddressRefused:
        return True
    except world.NotSent:
        return False
    return False
