"""F1, F3, F8: workers and clocks killed at random, Redis emptied, many wake-ups. The receiver's ledger is the verdict.

A few seconds in `make test`; `make faults` gives it SLUICE_FAULT_SECONDS.
"""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import timedelta

import pytest
import redis
import sqlalchemy as sa

from calendar_app import enqueue
from calendar_app.channels.models import Delivery
from calendar_app.extensions import database_now, db, stop_writing, writing
from calendar_app.posts.models import Post
from tests import processes
from tests.conftest import wait_until
from tests.factories import make_account, make_actor, make_scheduled, make_stream
from tests.receiver import Receiver, answer, reset_after_processing

SECONDS = float(os.environ.get("SLUICE_FAULT_SECONDS", "8"))
LEASE = 60
SECRET = "whsec_c2x1aWNlLXRlc3RzLXNsdWljZS10ZXN0cy0wMDAx"
WORKER = ("worker", "--lane", "publish")

pytestmark = [pytest.mark.faults, pytest.mark.timeout(SECONDS * 4 + 240)]


@pytest.fixture
def receiver():
    with Receiver() as found:
        yield found


def test_killed_at_random_nothing_is_lost_doubled_or_early(app, receiver):
    chance = random.Random(20261122)
    count = int(SECONDS * 8)
    misbehave(receiver, chance, count)
    stream = make_stream(handle="roads")
    connect(stream, receiver)
    actor = make_actor(stream.team)
    for _ in range(count):
        make_scheduled(stream, due_in=chance.uniform(1, SECONDS), actor=actor)
    db.session.rollback()
    stop_writing()
    kills = keep_killing(app, chance, time.monotonic() + SECONDS + 2)
    with processes.running(app, WORKER, WORKER, ("clock",)):
        wait_until(all_settled, LEASE + 60, every=0.2)

    due = {row.key: row.due_at for row in db.session.execute(sa.select(Delivery.key, Delivery.due_at))}
    states = db.session.scalars(sa.select(Delivery.state)).all()
    seen = receiver.effects()
    assert set(states) == {"delivered"}, "a keyed channel makes everything good"
    assert set(seen) == set(due), "each has arrived, nothing else has"
    assert all(call.at >= due[call.key].timestamp() for call in receiver.ledger), "nothing is early"
    assert len({call.key: call.body for call in receiver.ledger}) == len(
        {(c.key, c.body) for c in receiver.ledger}
    )
    assert kills >= 2


def test_the_same_wake_up_a_hundred_times_is_harmless(app, receiver):
    stream = make_stream(handle="roads")
    connect(stream, receiver)
    for _ in range(10):
        make_scheduled(stream, due_in=-1)
    with processes.running(app, WORKER, WORKER, ("clock",), ("clock",)):
        for _ in range(100):
            enqueue.wake("publish")
        wait_until(all_settled, 30)
    assert len(receiver.ledger) == 10


def connect(stream, receiver):
    settings = {"url": receiver.address()}
    make_account(stream.team, "webhook", settings=settings, secrets={"secret": SECRET}, streams=[stream])


def misbehave(receiver, chance, count):
    """One answer of five is lost, broken or an error, after the receiver has taken the post to heart."""
    odd = [
        reset_after_processing(),
        answer(500, processes=True),
        answer(503, retry_after="1"),
        answer(200, delay=0.5),
    ]
    receiver.plan(*(chance.choice(odd) if chance.random() < 0.2 else answer(200) for _ in range(count * 2)))


def keep_killing(app, chance, until):
    """Start workers and a clock, kill one of them and empty Redis now and then; the number of kills."""
    running = [processes.start(app, *command) for command in (WORKER, WORKER, ("clock",))]
    kills = 0
    queue = redis.Redis.from_url(app.config["SETTINGS"].redis_url)
    while time.monotonic() < until:
        time.sleep(chance.uniform(1.0, 2.0))
        number = chance.randrange(len(running))
        processes.end(running[number], how=signal.SIGKILL)
        kills += 1
        if chance.random() < 0.3:
            queue.flushall()
        running[number] = processes.start(app, *(("clock",) if number == 2 else WORKER))
    for process in running:
        processes.end(process, how=signal.SIGKILL)
    return kills


def all_settled():
    """Nothing waits any more. Long leases and back-offs are shortened, as a test cannot wait for minutes."""
    if db.session.scalar(sa.select(Delivery.id).where(Delivery.state.in_(("sending", "retry"))).limit(1)):
        db.session.rollback()
        with writing():
            soon = database_now() + timedelta(seconds=2)
            long = sa.update(Delivery).where(Delivery.state == "sending", Delivery.lease_until > soon)
            db.session.execute(long.values(lease_until=soon))
            far = sa.update(Delivery).where(Delivery.state == "retry", Delivery.next_at > soon)
            db.session.execute(far.values(next_at=soon))
            db.session.commit()
    left = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Delivery)
        .where(Delivery.state.in_(("pending", "retry", "sending")))
    )
    posts = db.session.scalar(sa.select(sa.func.count()).select_from(Post).where(Post.state == "scheduled"))
    db.session.rollback()
    return left == 0 and posts == 0
