"""A new version comes in: workers, clocks and web are replaced one after the other while posts fall due all the time.

A few seconds in `make test`; `make faults` gives it SLUICE_FAULT_SECONDS.
"""

from __future__ import annotations

import itertools
import random
import signal
import threading
import time

import httpx
import pytest
import sqlalchemy as sa

from calendar_app.channels.models import Delivery
from calendar_app.channels.tallying import EXPIRED, totals
from calendar_app.enqueue import connection
from calendar_app.extensions import db, start_writing
from calendar_app.health import pulse, questions
from tests import processes
from tests.channels.steps import connected as one_more_place
from tests.conftest import wait_until
from tests.faults.world import (
    CLOCK,
    SECONDS,
    WAITING,
    WORKER,
    connected,
    let_others_write,
    plan_over,
    verdict,
)
from tests.journeys.conftest import answers, free_port
from tests.receiver import answer

pytestmark = [pytest.mark.faults, pytest.mark.timeout(SECONDS * 4 + 240)]

PARTS = ("worker", "clock", "web")
# Of workers and clocks; a short run has no time for more.
COPIES = 1 if SECONDS < 30 else 2
LATEST = 5.0
LONGEST_STOP = 10.0


def test_nothing_is_late_lost_or_doubled_while_all_parts_are_replaced(app, receiver):
    chance = random.Random(20261128)
    receiver.plan(then=answer(200, delay=0.2))
    stream = connected(receiver, visibility="public")
    with Installation(app) as site, Reader(site, f"/streams/{stream.handle}.rss") as reader:
        count = int(SECONDS * 6)
        start_writing()
        plan_over(stream, SECONDS, count, chance, first=0.5)
        until, stops = time.monotonic() + SECONDS, []
        for part in itertools.cycle(PARTS):
            stops.append(site.replace(part))
            if time.monotonic() > until and len(stops) >= len(PARTS):
                break
        wait_until(lambda: len(receiver.effects()) == count and nothing_waits(), 60, every=0.2)
    figures = verdict(
        receiver, "rolling restart of all parts", restarts=len(stops), stop=round(max(stops), 1)
    )
    assert figures["late max"] < LATEST, figures
    assert max(stops) < LONGEST_STOP
    assert {total.what for total in totals()} & {"retry", "unknown", EXPIRED} == set(), (
        "no lease had to run out"
    )
    assert set(db.session.scalars(sa.select(Delivery.attempts))) == {1}
    assert reader.asked > 5
    assert reader.failures == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_more_workers_make_more_calls_at_once(app, receiver):
    """One worker has 32 calls under way at most: three of them, and two clocks, have all sixty-four."""
    slow = answer(200, delay=3.0)
    stream = connected(receiver)
    for number in range(4):
        receiver.plan(then=slow, path=f"/{number}")
        if number:
            one_more_place(receiver, path=f"/{number}", stream=stream)
    stream.accounts[0].settings = {"url": receiver.address("/0")}
    let_others_write()
    with processes.running(app, WORKER, WORKER, WORKER, CLOCK, CLOCK):
        # One that comes to work after the others have ended their first calls would prove nothing.
        wait_until(lambda: at_work() == (3, 2), 60)
        start_writing()
        plan_over(stream, 0, 16, random.Random(1), first=-1.0)
        wait_until(lambda: len(receiver.ledger) == 64, 60, every=0.2)
    first = min(call.at for call in receiver.ledger)
    assert sum(call.at < first + 3.0 for call in receiver.ledger) > 32
    assert len({call.key for call in receiver.ledger}) == 64


class Installation:
    """Workers, clocks and a web server, each of which can be replaced by a new one."""

    def __init__(self, app):
        self.app = app
        self.running = {"worker": [], "clock": [], "web": []}
        self.port = 0

    def __enter__(self):
        let_others_write()
        for part in (*["worker", "clock"] * COPIES, "web"):
            self._start(part)
        wait_until(lambda: at_work() == (COPIES, COPIES) and answers(self.base), 60)
        return self

    def __exit__(self, *_):
        for process in itertools.chain(*self.running.values()):
            processes.end(process)

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def replace(self, part):
        """Start the new one, and once it is at work ask the old one to end; how long that took."""
        before = at_work()
        self._start(part)
        if part == "web":
            wait_until(lambda: answers(self.base), 60)
            time.sleep(0.5)  # as a proxy that has been told lets go of the old one
        else:
            wait_until(lambda: sum(at_work()) > sum(before), 60)
        old = self.running[part].pop(0)
        began = time.monotonic()
        old.send_signal(signal.SIGTERM)
        assert old.wait(30) == 0
        return time.monotonic() - began

    def _start(self, part):
        command = {"worker": WORKER, "clock": CLOCK, "web": ("web", "--port", str(port := free_port()))}[part]
        self.running[part].append(processes.start(self.app, *command))
        if part == "web":
            wait_until(lambda: answers(f"http://127.0.0.1:{port}"), 60)
            self.port = port


class Reader:
    """Reads a feed of the site all the time, and takes note of every answer that is none."""

    def __init__(self, site, path):
        self.site, self.path = site, path
        self.asked, self.failures = 0, []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join(10)

    def _read(self):
        while not self._over.wait(0.1):
            self.asked += 1
            try:
                status = httpx.get(self.site.base + self.path, trust_env=False, timeout=20).status_code
            except httpx.HTTPError as problem:
                status = repr(problem)
            if status != 200:
                self.failures.append(status)


def at_work():
    """Workers and clocks that have been heard and have not taken their leave."""
    clocks = pulse.clocks_beating(questions.CLOCK_SILENCE)
    db.session.rollback()
    return int(connection().scard("rq:workers:publish")), clocks


def nothing_waits():
    left = db.session.scalar(sa.select(sa.func.count(Delivery.id)).where(Delivery.state.in_(WAITING)))
    db.session.rollback()
    return left == 0
