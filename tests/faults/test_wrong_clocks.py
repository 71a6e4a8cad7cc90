"""F9: workers whose clocks run an hour wrong. The database's clock alone decides what is due and how late it was."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import pytest
import sqlalchemy as sa

from calendar_app.channels.models import Delivery
from calendar_app.extensions import db
from tests import processes
from tests.conftest import wait_until
from tests.faults.world import CLOCK, WORKER, all_settled, connected, plan_over, verdict

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

# Whatever Python asks for the time of day, it is so many seconds off. The databases have their own ways to ask.
WRONG_CLOCK = """
import sys, time, datetime as module
from datetime import timedelta
off, parent = float(sys.argv.pop(1)), int(sys.argv.pop(1))
true_time, true_datetime = time.time, module.datetime

class Kind(type):
    def __instancecheck__(cls, one):
        return isinstance(one, true_datetime)

class Wrong(true_datetime, metaclass=Kind):
    @classmethod
    def now(cls, tz=None):
        return true_datetime.now(tz) + timedelta(seconds=off)

    @classmethod
    def utcnow(cls):
        return true_datetime.utcnow() + timedelta(seconds=off)

time.time = lambda: true_time() + off
import psycopg, sqlalchemy, rq, redis, pydantic  # they look at the class itself, not at its clock
module.datetime = Wrong
import calendar_app.times
assert abs((calendar_app.times.utcnow() - true_datetime.now(module.UTC)).total_seconds() - off) < 5
from calendar_app.supervising.guard import die_with_parent
die_with_parent(parent)
import runpy
runpy.run_module("calendar_app", run_name="__main__", alter_sys=True)
"""


def start_off(app, off, command):
    return subprocess.Popen(
        [sys.executable, "-c", WRONG_CLOCK, str(off), str(os.getpid()), *command],
        env=processes.environment(app), start_new_session=True,
    )  # fmt: skip


@pytest.mark.parametrize("off", [-3600, 3600])
def test_a_worker_an_hour_off_is_on_time(app, receiver, off):
    chance = random.Random(9)
    plan_over(connected(receiver), 5, 12, chance, first=2.5)
    started = [start_off(app, off, WORKER), start_off(app, off, CLOCK)]
    try:
        wait_until(all_settled, 60, every=0.1)
    finally:
        assert [process.poll() for process in started] == [None, None]
        for process in started:
            processes.end(process)
    verdict(receiver, f"F9: clocks {off / 3600:+.0f} h")
    late = [row.late_ms for row in db.session.scalars(sa.select(Delivery))]
    assert all(-5 <= ms < 30_000 for ms in late), "told by the database's clock"
