"""Every view of the calendar with 300 and with 3,000 posts in its month, beside the month with 30: time and bytes.

Bytes of the whole page, and of what travels to a page that is there already after one post has moved by a day.
"""

from __future__ import annotations

import contextvars
import gc
import gzip
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from benchmarks.figures import percentile, verdict
from benchmarks.installation import DATABASES, installation
from benchmarks.month_page import fill
from calendar_app.extensions import database_now, db, writing
from calendar_app.people.signing_in import cookie_name
from calendar_app.planner.asking import VIEWS
from calendar_app.posts.models import Post

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from werkzeug.test import TestResponse

    from benchmarks.installation import Installation

BASE, COUNTS = 30, (300, 3000)
GOAL = 0.100
TIMES = 30
ANSWERS = "Sluice-Plan"


def run() -> Iterator[str]:
    for database in DATABASES:
        base = measure(database, BASE)["month"][0]
        yield f"{database}: the month with {BASE} posts {base * 1000:.0f} ms"
        for count in COUNTS:
            for view, (p50, p95, page, packed, moved) in measure(database, count).items():
                yield (
                    f"{database}, {count:,} posts, {view}: p50 {p50 * 1000:.0f} · p95 {p95 * 1000:.0f} ms "
                    f"({verdict(p95 <= GOAL)}: {GOAL * 1000:.0f} ms), {p50 / base:.1f} × the baseline; "
                    f"{page / 1000:.0f} kB, {packed / 1000:.0f} kB packed, {moved / 1000:.1f} kB after a move"
                )


def measure(database: str, count: int) -> Mapping[str, tuple[float, float, int, int, int]]:
    """By view: seconds (p50, p95), bytes of the page, the same packed, and bytes after a move."""
    with installation(database) as place:
        _path, token = fill(count)
        db.session.remove()
        gc.collect()
        gc.freeze()
        day = f"{database_now():%Y-%m-%d}"
        db.session.remove()
        return {view: _view(place, f"/calendar?view={view}&date={day}", token) for view in VIEWS}


def _view(place: Installation, path: str, token: str) -> tuple[float, float, int, int, int]:
    seconds = []
    for number in range(TIMES + 3):
        began = time.perf_counter()
        page = _ask(place, path, token)
        seconds.append(time.perf_counter() - began)
        assert page.status_code == 200, page.text[:300]
        if number < 3:
            seconds.clear()
    known = page.text.split('data-sums="')[1].split('"')[0]
    _move_one()
    moved = _ask(place, path, token, {ANSWERS: known})
    packed = len(gzip.compress(page.data, 6))
    return percentile(seconds, 0.5), percentile(seconds, 0.95), len(page.data), packed, len(moved.data)


def _move_one() -> None:
    """A scheduled post of today or later goes to the next day."""
    with writing():
        number = db.session.scalar(
            sa.select(Post.id).where(Post.state == "scheduled", Post.due_at > database_now()).limit(1)
        )
        post = db.session.get(Post, number)
        if post is not None and post.due_at is not None:
            post.due_at += timedelta(days=1)
        db.session.commit()
    db.session.remove()


def _ask(
    place: Installation, path: str, token: str, headers: Mapping[str, str] | None = None
) -> TestResponse:
    client = place.app.test_client()
    client.set_cookie(cookie_name(), token)
    # In a context of its own, as on a server: nothing is left over from the page before.
    return contextvars.Context().run(client.get, path, headers=dict(headers or {}))
