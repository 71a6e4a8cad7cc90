"""A page and its picture fetched from somebody else's server: within seconds, within bytes, and only where one may."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from calendar_app import outbound as world
from calendar_app.languages import say

if TYPE_CHECKING:
    from calendar_app.outbound import Answer, Outbound

MOST_SECONDS = 8.0
MOST_TURNS = 3
MOST_OF_A_PICTURE = 10 * 1024 * 1024


class NothingThere(Exception):
    """A sentence for whoever asked."""


def fetch(
    outbound: Outbound, address: str, *, accept: str, most_bytes: int, deadline: float
) -> tuple[str, Answer]:
    """What is at the address, and where it was at last: a few redirects are followed, each checked like the first.

    `deadline` as of `time.monotonic()`, for all of it. Raises NothingThere.
    """
    for _ in range(MOST_TURNS + 1):
        try:
            answer = outbound.send(
                "GET",
                address,
                headers={"Accept": accept},
                content=b"",
                deadline=deadline,
                max_bytes=most_bytes,
            )
        except world.AddressRefused as problem:
            raise NothingThere(
                say("This address leads into a private network and is not asked.")
            ) from problem
        except (world.NotSent, world.Ambiguous) as problem:
            raise NothingThere(
                say("The page did not answer. Check the address, or try again later.")
            ) from problem
        if answer.status not in {301, 302, 303, 307, 308}:
            break
        try:
            address = urljoin(address, answer.headers.get("location", ""))
        except ValueError:
            address = ""
        if not address.startswith(("http://", "https://")):
            raise NothingThere(say("The page leads to somewhere that cannot be followed."))
    else:
        raise NothingThere(say("The page leads from one address to the next without an end."))
    if answer.status != 200:
        raise NothingThere(
            say("The page answers “%(status)s” and shows nothing to us.", status=answer.status)
        )
    return address, answer


def deadline() -> float:
    return time.monotonic() + MOST_SECONDS
