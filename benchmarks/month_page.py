"""The calendar's month with 3,000 posts, beside the same page with 30: in process, and through the web server."""

from __future__ import annotations

import contextvars
import gc
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from benchmarks.feeds import web
from benchmarks.figures import percentile, verdict
from benchmarks.filling import add_streams, schedule_posts, spread
from benchmarks.installation import DATABASES, installation
from benchmarks.polling import Address, ask
from calendar_app.channels.models import Delivery
from calendar_app.extensions import database_now, db, writing
from calendar_app.people import sessions
from calendar_app.people.models import Member, Person
from calendar_app.people.signing_in import cookie_name
from calendar_app.posts.models import Post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from benchmarks.installation import Installation

FEW, MANY = 30, 3000
STREAMS = 12
GOAL = 0.100
TIMES = 60


def run() -> Iterator[str]:
    for database in DATABASES:
        few, many = measure(database, FEW), measure(database, MANY)
        for way in few:
            base, p50, p95 = (
                percentile(*one) for one in ((few[way], 0.5), (many[way], 0.5), (many[way], 0.95))
            )
            yield (
                f"{database}, {way}, {MANY:,} posts: p50 {p50 * 1000:.0f} · p95 {p95 * 1000:.0f} ms "
                f"({verdict(p95 <= GOAL)}: {GOAL * 1000:.0f} ms); with {FEW} posts {base * 1000:.0f} ms, "
                f"so {p50 / base:.1f} × the time for {MANY // FEW} × the posts"
            )


def measure(database: str, count: int) -> dict[str, list[float]]:
    """Seconds of each page, by the way it was asked for."""
    with installation(database) as place:
        path, token = fill(count)
        db.session.remove()
        # As the web server does once the application stands.
        gc.collect()
        gc.freeze()
        found = {"in process": _timed(lambda: _in_process(place, path, token))}
        with web(place) as port:
            page = Address(port, path, headers=(("Cookie", f"{cookie_name()}={token}"),))
            found["through the web server"] = _timed(lambda: ask(page)[2])
    return found


def fill(count: int) -> tuple[str, str]:
    """A month half over: one half is out, the other scheduled. The page's path, and the token of a member's session."""
    streams = add_streams(STREAMS, "http://127.0.0.1:9/", accounts=3)
    now = database_now()
    first = now.replace(day=1, hour=5, minute=0, second=0)
    schedule_posts(streams, spread(first, count, 30 * 86_400))
    with writing():
        _publish(first + timedelta(days=15), now)
        person = Person(email="kari@example.org", name="Kari Nordmann", timezone="Europe/Oslo")
        db.session.add(person)
        db.session.flush()
        db.session.add(Member(team_id=streams[0].team_id, person_id=person.id, role="owner"))
        token = sessions.start(person, now=now)
        db.session.commit()
    return f"/calendar?view=month&date={first:%Y-%m-%d}", token


def _publish(until: datetime, now: datetime) -> None:
    out = sa.update(Post).where(Post.due_at < until)
    db.session.execute(out.values(state="published", published_at=Post.due_at))
    sent = sa.update(Delivery).where(Delivery.due_at < until)
    db.session.execute(sent.values(state="delivered", finished_at=now, sent_at=now))


def _timed(page: Callable[[], bytes]) -> list[float]:
    seconds = []
    for number in range(TIMES + 5):
        began = time.perf_counter()
        body = page()
        seconds.append(time.perf_counter() - began)
        assert b"Notice" in body, body[:500]
        if number < 5:
            seconds.clear()
    return seconds


def _in_process(place: Installation, path: str, token: str) -> bytes:
    client = place.app.test_client()
    client.set_cookie(cookie_name(), token)
    # In a context of its own, as on a server: nothing is left over from the page before.
    return contextvars.Context().run(client.get, path).data
