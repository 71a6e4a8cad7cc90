"""F7 and F17: a worker frozen beyond its lease, in mid call or just before it, and a host that drips its answers."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app import enqueue
from calendar_app.channels.delivering import drain
from calendar_app.channels.due import MOST_PER_ACCOUNT
from calendar_app.channels.models import Delivery
from calendar_app.channels.registry import ADAPTERS
from calendar_app.extensions import database_now, db, stop_writing, writing
from calendar_app.supervising.guard import descendants
from tests import processes
from tests.channels.odd_channels import PostcardAdapter
from tests.conftest import wait_until
from tests.factories import make_account, make_actor, make_scheduled, make_stream
from tests.faults.world import keep
from tests.receiver import Receiver, answer, drip

SECRET = "whsec_c2x1aWNlLXRlc3RzLXNsdWljZS10ZXN0cy0wMDAx"
WORKER = ("worker", "--lane", "publish")

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

# A worker's round with a short lease, whose channel thinks before its first byte until it is told to go on.
HESITANT_WORKER = """
import sys, time
from pathlib import Path
from calendar_app.channels.delivering import drain
from calendar_app.channels.registry import ADAPTERS
from jobs.running import app
from tests.channels.odd_channels import PostcardAdapter

class HesitantAdapter(PostcardAdapter):
    def send(self, parcel, call):
        Path(sys.argv[1]).touch()
        while not Path(sys.argv[2]).exists():
            time.sleep(0.01)
        return super().send(parcel, call)

ADAPTERS["postcard"] = HesitantAdapter()
with app().app_context():
    drain(5, lease_seconds=1.5)
"""


def test_a_worker_frozen_in_mid_call_changes_nothing_when_it_wakes(app, receiver):
    awake = threading.Event()
    receiver.plan(answer(200, until=awake))
    stream = connected(receiver)
    make_scheduled(stream, due_in=-1)
    enqueue.wake("publish")
    with processes.running(app, WORKER) as (worker,):
        wait_until(lambda: receiver.ledger, 30)
        frozen = freeze(app, worker)
        end_leases()
        drain()
        assert states() == ["delivered"]
        before = settled_row()
        awake.set()
        signal_all(frozen, signal.SIGCONT)
        wait_until(lambda: not descendants(worker.pid) & frozen, 30)

        first, second = receiver.ledger
        assert (first.key, first.body) == (second.key, second.body), "the same key and bytes, so one effect"
        assert settled_row() == before, "the late answer of the frozen call overwrites nothing"
        assert before.attempts == 2
    note("F7: frozen in mid call", receiver, posts=1)


def test_a_worker_frozen_before_its_first_byte_sends_nothing_when_it_wakes(
    app, receiver, tmp_path, monkeypatch
):
    monkeypatch.setitem(ADAPTERS, "postcard", PostcardAdapter())
    stream = make_stream()
    make_account(stream.team, "postcard", settings={"url": receiver.address()}, streams=[stream])
    make_scheduled(stream, due_in=-1)
    hesitating, go_on = tmp_path / "hesitating", tmp_path / "go on"
    db.session.rollback()
    stop_writing()
    worker = subprocess.Popen([sys.executable, "-c", HESITANT_WORKER, hesitating, go_on],
                              env=processes.environment(app), start_new_session=True)  # fmt: skip
    try:
        wait_until(hesitating.exists, 30)
        freeze(app, worker)
        wait_until(lease_is_over, 10)
        drain()
        assert states() == ["unknown"], "nobody can tell, so nobody sends again"
        before = settled_row()
        go_on.touch()
        worker.send_signal(signal.SIGCONT)
        assert worker.wait(20) == 0
    finally:
        processes.end(worker)
    assert receiver.ledger == [], "its deadline had passed when it looked again"
    assert settled_row() == before
    note("F7: frozen before its first byte", receiver, posts=1, unknown=1)


def test_a_host_that_drips_its_answers_delays_no_other(app, receiver):
    with Receiver() as slow:
        slow.plan(then=drip(0.05))
        dripping, swift = connected(slow), connected(receiver)
        actor = make_actor(dripping.team)
        for _ in range(40):
            make_scheduled(dripping, due_in=-1, actor=actor)
        actor = make_actor(swift.team)
        due = {
            make_scheduled(swift, due_in=2 + number / 10, actor=actor).deliveries[0] for number in range(20)
        }
        due = {row.key: row.due_at.timestamp() for row in due}
        with processes.running(app, WORKER, WORKER, ("clock",)):
            wait_until(lambda: len(receiver.ledger) == len(due), 60)
            under_way = states(slow.address())

    assert under_way.count("sending") == MOST_PER_ACCOUNT, "all calls that one account may hold hang there"
    assert set(under_way) == {"sending", "pending"}, "not one of them has come back yet"
    assert {call.key for call in receiver.ledger} == set(due)
    late = sorted(call.at - due[call.key] for call in receiver.ledger)
    assert late[0] >= 0
    note("F17: a host that drips, and another", receiver, posts=len(due), early=0,
         **{"late p50": round(late[len(late) // 2], 2), "late max": round(late[-1], 2)})  # fmt: skip


def note(fault, receiver, **figures):
    """A line of the table, of what has been asserted above."""
    doubled = len({(call.key, call.body) for call in receiver.ledger}) - len(receiver.effects())
    keep({"fault": fault, "database": db.engine.dialect.name, "calls": len(receiver.ledger), "lost": 0,
          "doubled": doubled, "false delivered": 0, "stuck": 0, "unknown": 0, **figures})  # fmt: skip


def connected(receiver):
    stream = make_stream()
    make_account(stream.team, "webhook", settings={"url": receiver.address()}, secrets={"secret": SECRET},
                 streams=[stream])  # fmt: skip
    return stream


def freeze(app, process):
    """Stop a process and all below it, at a moment when it holds no lock that SQLite gives to one at a time.

    Frozen with that lock it would hold up everybody, as any program that writes to the file would; their ids.
    """
    while True:
        frozen = {process.pid} | descendants(process.pid)
        signal_all(frozen, signal.SIGSTOP)
        if not holds_write_lock(app):
            return frozen
        signal_all(frozen, signal.SIGCONT)
        time.sleep(0.02)


def signal_all(pids, number):
    for pid in pids:
        os.kill(pid, number)


def holds_write_lock(app):
    url = app.config["SETTINGS"].database_url
    if not url.startswith("sqlite"):
        return False
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0.3, isolation_level=None)) as file:
        try:
            file.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
    return False


def end_leases():
    """A test cannot wait for a minute: the leases of the frozen end now."""
    db.session.rollback()
    with writing():
        over = database_now() - timedelta(seconds=1)
        db.session.execute(sa.update(Delivery).where(Delivery.state == "sending").values(lease_until=over))
        db.session.commit()


def lease_is_over():
    over = db.session.scalar(sa.select(Delivery.lease_until)) < database_now()
    db.session.rollback()
    return over


def states(address=None):
    rows = db.session.scalars(sa.select(Delivery).order_by(Delivery.id)).all()
    found = [row.state for row in rows if address in (None, row.account.settings["url"])]
    db.session.rollback()
    return found


def settled_row():
    columns = (Delivery.state, Delivery.fence, Delivery.attempts, Delivery.sent_at, Delivery.finished_at)
    row = db.session.execute(sa.select(*columns)).one()
    db.session.rollback()
    return row
