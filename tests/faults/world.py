"""What every fault test needs: a plan that falls due, patience without minutes of waiting, and the verdict.

The verdict is the receiver's own ledger beside the database; its figures go into a line of the table that
`make faults` prints (tests/faults/figures.py).
"""

from __future__ import annotations

import json
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from calendar_app.channels.models import Delivery
from calendar_app.extensions import database_now, db, stop_writing, writing
from calendar_app.posts.models import Post
from tests.factories import make_account, make_actor, make_scheduled, make_stream

SECONDS = float(os.environ.get("SLUICE_FAULT_SECONDS", "8"))
LONG = SECONDS >= 30
FIGURES = os.environ.get("SLUICE_FAULT_FIGURES")
SECRET = "whsec_c2x1aWNlLXRlc3RzLXNsdWljZS10ZXN0cy0wMDAx"
WORKER = ("worker", "--lane", "publish")
CLOCK = ("clock",)
LEASE = 60
WAITING = ("pending", "retry", "sending")


def in_short_on(database):
    """Both databases in long runs; one in short ones, where the database makes no difference to the fault."""
    chosen = ["sqlite", "postgresql"] if LONG else [database]
    return pytest.mark.parametrize("database", chosen, indirect=True)


def connected(receiver, channel="webhook", **values):
    """A stream whose posts go to the receiver."""
    stream = make_stream(**values)
    secrets = {"secret": SECRET} if channel == "webhook" else {}
    settings = {"url": receiver.address()}
    make_account(stream.team, channel, settings=settings, secrets=secrets, streams=[stream])
    return stream


def plan_over(stream, seconds, count, chance, *, first=5.0 if LONG else 1.0):
    """So many posts due at random instants of the next seconds. From here on the test itself only looks.

    In long runs, whose lateness counts, the first comes when the processes have started.
    """
    actor = make_actor(stream.team)
    for _ in range(count):
        make_scheduled(stream, due_in=chance.uniform(first, seconds), actor=actor)
    let_others_write()


def let_others_write():
    """On SQLite a transaction that means to write would lock the processes out."""
    db.session.rollback()
    stop_writing()


def all_settled():
    """Nothing waits any more. Leases and back-offs are shortened to seconds, as a test cannot wait for minutes."""
    try:
        if _any("sending", "retry"):
            _shorten()
    except OperationalError:
        # Of two that wait for each other the database ended this one, not the worker: look again.
        db.session.rollback()
        return False
    left = db.session.scalar(
        sa.select(sa.func.count()).select_from(Delivery).where(Delivery.state.in_(WAITING))
    )
    posts = db.session.scalar(sa.select(sa.func.count()).select_from(Post).where(Post.state == "scheduled"))
    db.session.rollback()
    return left == 0 and posts == 0


def verdict(receiver, name, *, kills=0, **more):
    """The figures of a run on a keyed channel, after asserting what may never happen; adds them to the table."""
    db.session.expire_all()
    rows = db.session.scalars(sa.select(Delivery)).all()
    due = {row.key: row.due_at.timestamp() for row in rows}
    states = [row.state for row in rows]
    done, calls = receiver.effects(), list(receiver.ledger)
    delivered = {row.key for row in rows if row.state == "delivered"}
    bodies = {(call.key, call.body) for call in calls if call.processed}
    late = sorted(_first(calls, key) - at for key, at in due.items() if key in done)
    figures = {
        "fault": name,
        "database": db.engine.dialect.name,
        "posts": len(rows),
        "calls": len(calls),
        "kills": kills,
        "lost": len(set(due) - set(done)),
        "doubled": len(bodies) - len(done),
        "early": sum(call.at < due[call.key] for call in calls),
        "false delivered": len(delivered - set(done)),
        "stuck": sum(state in WAITING for state in states),
        "unknown": states.count("unknown"),
        "late p50": round(late[len(late) // 2], 2) if late else None,
        "late p99": round(late[len(late) * 99 // 100], 2) if late else None,
        "late max": round(late[-1], 2) if late else None,
        **more,
    }
    keep(figures)
    never = {
        name: figures[name] for name in ("lost", "doubled", "early", "false delivered", "stuck", "unknown")
    }
    assert never == dict.fromkeys(never, 0), figures
    assert set(done) == set(due), "each has arrived, and nothing else has"
    return figures


def keep(figures):
    """A line of the table, where one is asked for."""
    if FIGURES:
        with Path(FIGURES).open("a") as file:
            file.write(json.dumps(figures) + "\n")


def now():
    return time.time()


def _first(calls, key):
    return min(call.at for call in calls if call.key == key)


def _any(*states):
    found = db.session.scalar(sa.select(Delivery.id).where(Delivery.state.in_(states)).limit(1))
    db.session.rollback()
    return found is not None


def _shorten():
    with writing():
        soon = database_now() + timedelta(seconds=2)
        long = sa.update(Delivery).where(Delivery.state == "sending", Delivery.lease_until > soon)
        db.session.execute(long.values(lease_until=soon))
        far = sa.update(Delivery).where(Delivery.state == "retry", Delivery.next_at > soon)
        db.session.execute(far.values(next_at=soon))
        db.session.commit()
