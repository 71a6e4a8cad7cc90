"""F1, F2, F3, F6, F8, F19: workers and clocks killed at random, odd answers, Redis emptied, many at one instant.

A few seconds in `make test`; `make faults` gives it SLUICE_FAULT_SECONDS.
"""

from __future__ import annotations

import os
import random
import signal
import time

import pytest
import redis

from calendar_app import enqueue
from calendar_app.supervising.guard import descendants
from tests import processes
from tests.conftest import wait_until
from tests.factories import make_actor, make_scheduled
from tests.faults.world import (
    CLOCK,
    LEASE,
    SECONDS,
    WORKER,
    all_settled,
    connected,
    let_others_write,
    plan_over,
    verdict,
)
from tests.receiver import answer, reset_after_processing, reset_before_processing

pytestmark = [pytest.mark.faults, pytest.mark.timeout(SECONDS * 4 + 240)]


def test_killed_at_random_nothing_is_lost_doubled_or_early(app, receiver):
    chance = random.Random(20261122)
    count = int(SECONDS * 8)
    misbehave(receiver, chance, count)
    plan_over(connected(receiver), SECONDS, count, chance)
    kills = keep_killing(app, chance, time.monotonic() + SECONDS + 2)
    with processes.running(app, WORKER, WORKER, CLOCK):
        wait_until(all_settled, LEASE + 60, every=0.2)
    verdict(receiver, "F1 F3 F6: kill -9, FLUSHALL, odd answers", kills=kills)
    assert kills >= 2
    bodies = {(call.key, call.body) for call in receiver.ledger}
    assert len(bodies) == len({key for key, _ in bodies}), "a repeat is the same, byte for byte"


def test_of_a_worker_killed_alone_no_orphan_goes_on_sending(app, receiver):
    receiver.plan(answer(200, delay=1.0))
    stream = connected(receiver)
    make_scheduled(stream, due_in=-1)
    let_others_write()
    with processes.running(app, WORKER) as (worker,):
        enqueue.wake("publish")
        wait_until(lambda: receiver.ledger, 30)
        horses = descendants(worker.pid)
        os.kill(worker.pid, signal.SIGKILL)
        wait_until(lambda: not any(map(processes.is_running, horses)), 5)
    assert horses
    with processes.running(app, WORKER, CLOCK):
        wait_until(all_settled, LEASE, every=0.2)
    verdict(receiver, "F2: parent only", kills=1)


def test_the_same_wake_up_a_hundred_times_is_harmless(app, receiver):
    stream = connected(receiver)
    for _ in range(10):
        make_scheduled(stream, due_in=-1)
    with processes.running(app, WORKER, WORKER, CLOCK, CLOCK):
        for _ in range(100):
            enqueue.wake("publish")
        wait_until(all_settled, 30)
    verdict(receiver, "F8: 100 wake-ups, two clocks, two sweepers")
    assert len(receiver.ledger) == 10


def test_many_at_one_instant_all_arrive_once(app, receiver):
    count = 500 if SECONDS > 30 else 120
    stream = connected(receiver)
    actor = make_actor(stream.team)
    for _ in range(count):
        make_scheduled(stream, due_in=-0.5, actor=actor)
    let_others_write()
    with processes.running(app, WORKER, WORKER, CLOCK):
        wait_until(all_settled, 60)
    verdict(receiver, f"F19: {count} due at one instant")
    assert len(receiver.ledger) == count


def misbehave(receiver, chance, count):
    """One answer of five is lost, broken or an error, mostly after the receiver has taken the post to heart."""
    odd = [
        reset_after_processing(),
        reset_before_processing(),
        answer(500, processes=True),
        answer(503, retry_after="1"),
        answer(429, retry_after="1"),
        answer(200, delay=0.5),
    ]
    receiver.plan(*(chance.choice(odd) if chance.random() < 0.2 else answer(200) for _ in range(count * 2)))


def keep_killing(app, chance, until):
    """Start workers and a clock, kill one of them and empty Redis now and then; the number of kills."""
    running = [processes.start(app, *command) for command in (WORKER, WORKER, CLOCK)]
    kills = 0
    queue = redis.Redis.from_url(app.config["SETTINGS"].redis_url)
    while time.monotonic() < until:
        time.sleep(chance.uniform(1.0, 2.0))
        number = chance.randrange(len(running))
        processes.end(running[number], how=signal.SIGKILL)
        kills += 1
        if chance.random() < 0.3:
            queue.flushall()
        running[number] = processes.start(app, *(CLOCK if number == 2 else WORKER))
    for process in running:
        processes.end(process, how=signal.SIGKILL)
    return kills
