"""Claiming, publishing, and asking what is due next, over tables of settled rows: the large beside the small."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

import sqlalchemy as sa

from benchmarks.figures import verdict
from benchmarks.filling import add_streams, schedule_posts, spread
from benchmarks.installation import DATABASES, installation
from calendar_app.channels.claiming import Outcome, claim, finish, next_due
from calendar_app.channels.models import Delivery
from calendar_app.channels.sweeping import miss_overdue, sweep
from calendar_app.extensions import database_now, db, writing
from calendar_app.posts.models import Post, PostStream
from calendar_app.posts.publishing import publish_due

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.installation import Installation
    from calendar_app.streams.models import Stream

SMALL = 10_000
GOAL = 1.5
TIMES = 100
AT_ONCE = 8
ACCOUNTS = 4
# More rows than that would fill a SQLite file for longer than they tell.
MOST_IN_SQLITE = 1_000_000
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def run(rows: int = 1_000_000) -> Iterator[str]:
    for database in DATABASES:
        most = min(rows, MOST_IN_SQLITE) if database == "SQLite" else rows
        with installation(database) as small, installation(database) as large:
            for place, count in ((small, SMALL), (large, most)):
                with place.app.app_context():
                    prepare(count)
            for what, step in steps().items():
                few, many = _in_turns(step, small, large)
                yield (
                    f"{database}, {what}: {few * 1000:.2f} ms over {SMALL:,} settled rows, {many * 1000:.2f} ms "
                    f"over {most:,}: {many / few:.2f} × ({verdict(many / few <= GOAL)}: {GOAL:g} ×)"
                )


def prepare(rows: int) -> None:
    """So many settled deliveries, some that are due now, and a plan of a month ahead."""
    streams = add_streams(ACCOUNTS, "http://127.0.0.1:9/", accounts=ACCOUNTS)
    _hurry()
    settle(streams, rows)
    now = database_now()
    schedule_posts(streams, [now - timedelta(seconds=1)] * (AT_ONCE * TIMES))
    schedule_posts(streams, spread(now + timedelta(days=1), 3000, 30 * 86_400))
    _vacuum()


def steps() -> dict[str, Callable[[], object]]:
    return {
        f"publishing {AT_ONCE} posts": lambda: publish_due(AT_ONCE),
        f"claiming {AT_ONCE} deliveries": lambda: claim(AT_ONCE),
        "what is due next": next_due,
        "sweeping": lambda: (sweep(), miss_overdue()),
    }


def settle(streams: Sequence[Stream], rows: int) -> None:
    """Posts of years ago with a delivered row for each account, written by the database itself."""
    number = sa.select(sa.literal(1).label("i")).cte("number", recursive=True)
    number = number.union_all(sa.select(number.c.i + 1).where(number.c.i < rows // len(streams)))
    posts = sa.select(number.c.i, _name("post", number.c.i), *_literals(streams[0].team_id, "published", "UTC"),
                      *_literals(LONG_AGO, LONG_AGO, of=Post.due_at.type))  # fmt: skip
    columns = ("id", "uuid", "team_id", "state", "timezone", "due_at", "published_at")
    db.session.execute(sa.insert(Post).from_select(columns, posts))
    places = sa.select(Post.id, *_literals(streams[0].id, 0))
    db.session.execute(sa.insert(PostStream).from_select(("post_id", "stream_id", "position"), places))
    for stream in streams:
        (account,) = stream.accounts
        deliveries = sa.select(Post.id, *_literals(account.id, False, "delivered"), _name(f"{account.id}", Post.id),
                               *_literals(LONG_AGO, LONG_AGO, LONG_AGO, of=Post.due_at.type))  # fmt: skip
        columns = ("post_id", "account_id", "serial", "state", "key", "due_at", "next_at", "finished_at")
        db.session.execute(sa.insert(Delivery).from_select(columns, deliveries))
    db.session.commit()


def _hurry() -> None:
    """For one transaction: what refers to what was made a line before need not be looked up for millions of rows."""
    if db.engine.dialect.name != "postgresql":
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for setting in ("max_wal_size = '8GB'", "checkpoint_timeout = '30min'"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting}")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    db.session.execute(sa.text("SET LOCAL session_replication_role = replica"))


def _literals(*values: object, of: sa.types.TypeEngine | None = None) -> list[sa.BindParameter]:
    return [sa.literal(value, of) for value in values]


def _name(kind: str, number: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    return sa.literal(f"{kind} ") + sa.cast(number, sa.String)


def _vacuum() -> None:
    """What PostgreSQL does by itself after a while; SQLite is left as it is found in an installation."""
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")


def _in_turns(step: Callable[[], object], *places: Installation) -> list[float]:
    """Median seconds of the step, without its commit, in each place; in turns, so that a busy moment hits all."""
    seconds: list[list[float]] = [[] for _ in places]
    with writing():
        for _ in range(TIMES):
            for place, found in zip(places, seconds, strict=True):
                with place.app.app_context():
                    found.append(_timed(step))
    return [median(found) for found in seconds]


def _timed(step: Callable[[], object]) -> float:
    database_now()
    began = time.perf_counter()
    result = step()
    seconds = time.perf_counter() - began
    if result and isinstance(result, list):
        assert len(result) == AT_ONCE
        finish([Outcome(taken.delivery.id, taken.fence, "delivered") for taken in result])
    db.session.commit()
    return seconds
