"""A calendar feed of 1,000 posts: warm, not modified, and cold; beside the same bytes from an application that knows
them by heart in the same server, from nginx, and the same events from Radicale."""

from __future__ import annotations

import sys
import uuid
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

import sqlalchemy as sa

from benchmarks import neighbours
from benchmarks.figures import verdict
from benchmarks.filling import TEXT, add_streams
from benchmarks.guarded import guarded, wait_for
from benchmarks.installation import DATABASES, free_port, installation, sluice
from benchmarks.plain_copy import write_copy
from benchmarks.polling import Address, ask, rate, rates
from calendar_app.extensions import database_now, db, start_writing, stop_writing
from calendar_app.posts.models import Post, PostStream
from calendar_app.posts.showing import touch_feeds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.installation import Installation
    from calendar_app.streams.models import Stream

POSTS = 1000
GOAL = 0.7
SECONDS, ROUNDS = 0.5, 20
COLD_TRIES, RADICALE_TRIES = 15, 7
RADICALE_GOAL, RADICALE_AT_ONCE, RADICALE_SECONDS = 200, 8, 4.0
PATH = "/streams/stream-0.ics"


def run() -> Iterator[str]:
    for database in DATABASES:
        with installation(database) as place, ExitStack() as ending:
            (stream,) = add_streams(1, "http://127.0.0.1/")
            publish_posts(stream, POSTS)
            port = ending.enter_context(web(place))
            feed = Address(port, PATH)
            first, _, content = ask(feed)
            yield (
                f"On {database}: {POSTS:,} posts, {len(content) / 1000:,.0f} kB; the first fetch of all renders "
                f"them in {first:.2f} s; after a post has changed {cold(stream, feed) * 1000:.1f} ms"
            )
            yield from _warm(place.folder, feed, neighbours_too=database == DATABASES[-1])


def cold(stream: Stream, feed: Address) -> float:
    """The median seconds of the first fetch after something changed in the stream."""
    found = []
    for _ in range(COLD_TRIES):
        touch_feeds([stream.id], database_now())
        db.session.commit()
        found.append(ask(feed)[0])
    return median(found)


def publish_posts(stream: Stream, count: int) -> None:
    """So many posts of the stream that went out in the last months, one every two hours."""
    now = database_now()
    posts = [
        {"uuid": str(uuid.uuid4()), "team_id": stream.team_id, "title": f"Notice {number}: work on the ring road",
         "text": TEXT, "timezone": stream.timezone, "state": "published", "revision": 1,
         "published_at": now - timedelta(hours=2 * number), "changed_at": now - timedelta(hours=2 * number)}
        for number in range(1, count + 1)
    ]  # fmt: skip
    db.session.execute(sa.insert(Post), posts)
    ids = db.session.scalars(sa.select(Post.id)).all()
    db.session.execute(
        sa.insert(PostStream), [{"post_id": one, "stream_id": stream.id, "position": 0} for one in ids]
    )
    db.session.commit()


@contextmanager
def web(place: Installation) -> Iterator[int]:
    """`sluice web` as it is under `sluice up`; gives its port."""
    db.session.rollback()
    stop_writing()
    port = free_port()
    with guarded(sluice("web", "--port", str(port)), place.folder / "web.log", place.env):
        wait_for(lambda: _answers(Address(port, "/healthz")), "sluice web")
        start_writing()
        yield port


@contextmanager
def plain_copy(folder: Path, feed: Address) -> Iterator[Address]:
    """The same answers from an application that does nothing else, in the same server."""
    port, file = free_port(), folder / "copy"
    _, headers, content = ask(feed)
    _, headers_304, _ = ask(_not_modified(feed, headers["etag"]))
    write_copy(file, headers, headers_304, content)
    command = [sys.executable, "-m", "benchmarks.plain_copy", str(port), str(file)]
    with guarded(command, folder / "copy.log"):
        wait_for(lambda: _answers(Address(port, PATH)), "the plain copy")
        yield Address(port, PATH)


def _warm(folder: Path, feed: Address, *, neighbours_too: bool) -> Iterator[str]:
    _, headers, content = ask(feed)
    with ExitStack() as ending:
        whole = {"feed": feed, "plain copy": ending.enter_context(plain_copy(folder, feed))}
        same = {name: _not_modified(address, headers["etag"]) for name, address in whole.items()}
        nginx = ending.enter_context(neighbours.nginx(folder, content)) if neighbours_too else None
        if nginx:
            whole["nginx, as a file"] = nginx
        yield from _told(rates(whole, seconds=SECONDS, rounds=ROUNDS), "warm")
        yield from _told(rates(same, seconds=SECONDS, rounds=ROUNDS), "not modified (304)")
        if neighbours_too:
            yield from _radicale(folder, feed, content)


def _radicale(folder: Path, feed: Address, content: bytes) -> Iterator[str]:
    """One request alone, and how many a second for the connections that it serves at once (eight, by default)."""
    with neighbours.radicale(folder, content) as address:
        if address is None:
            return
        alone, ours = (median(ask(one)[0] for _ in range(RADICALE_TRIES)) for one in (address, feed))
        theirs = rate(address, seconds=RADICALE_SECONDS, connections=RADICALE_AT_ONCE)
        warm = rate(feed, seconds=RADICALE_SECONDS, connections=RADICALE_AT_ONCE)
        yield (
            f"    Radicale, the same events: {theirs:,.1f} a second where the feed gives {warm:,.0f}: "
            f"{warm / theirs:,.0f} × ({verdict(warm >= RADICALE_GOAL * theirs)}: {RADICALE_GOAL}); "
            f"one request alone {alone * 1000:,.0f} ms, where the feed takes {ours * 1000:.1f} ms"
        )


def _not_modified(address: Address, etag: str) -> Address:
    return Address(address.port, address.path, 304, (("If-None-Match", etag),))


def _told(found: dict[str, float], what: str) -> Iterator[str]:
    feed = found.pop("feed")
    share = feed / found["plain copy"]
    yield f"  {what}: {feed:,.0f} a second, {share:.2f} × the plain copy ({verdict(share >= GOAL)}: {GOAL:g})"
    for name, theirs in found.items():
        yield f"    {name}: {theirs:,.0f} a second; the feed is {feed / theirs:.2f} × that"


def _answers(address: Address) -> bool:
    try:
        ask(address)
    except (ConnectionError, AssertionError):
        return False
    return True
