"""A page and its picture fetched from somebody else's server: within seconds, within bytes, and only where one may."""

from __future__ import annotations

import time
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from flask import current_app

from calendar_app import outbound as world
from calendar_app.errors import Conflict
from calendar_app.languages import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_app.outbound import Answer, Outbound

MOST_SECONDS = 8.0
MOST_TURNS = 3
MOST_OF_A_PICTURE = 10 * 1024 * 1024
MOST_AT_ONCE = 3

_places = BoundedSemaphore(MOST_AT_ONCE)


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


def looker() -> Outbound:
    """The process's client for addresses that any author may write: the private networks that the webhooks of owners
    may reach are not open to it. Made on first use (after any fork).
    """
    found: Outbound | None = current_app.extensions.get("sluice_looker")
    if found is None:
        settings = current_app.config["SETTINGS"]
        found = world.Outbound(
            allowed_networks=settings.allow_private_pages,
            user_agent=f"Sluice (+{settings.base_url})",
            max_connections=MOST_AT_ONCE * 2,
        )
        current_app.extensions["sluice_looker"] = found
    return found


@contextmanager
def place() -> Iterator[None]:
    """One of the few of this process: each holds a thread of the web server for seconds. Raises Conflict."""
    if not _places.acquire(blocking=False):
        raise Conflict(say("Others are looking at pages just now. Try again in some seconds."))
    try:
        yield
    finally:
        _places.release()


def deadline() -> float:
    return time.monotonic() + MOST_SECONDS
