"""F3, F4, F5: Redis killed and away, PostgreSQL restarted without mercy. The plan is in the database: nothing is lost.

Each test has a server of its own, so that no other test misses it.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from calendar_app.extensions import db, start_writing
from tests import processes
from tests.conftest import wait_until
from tests.factories import make_scheduled
from tests.faults.own_servers import PrivateRedis, answers, own_postgres, restart_at_once
from tests.faults.world import CLOCK, SECONDS, WORKER, all_settled, connected, keep, plan_over, verdict

pytestmark = [pytest.mark.faults, pytest.mark.timeout(SECONDS * 4 + 240)]


@pytest.fixture
def own_redis():
    folder = Path(tempfile.mkdtemp(prefix="sl-"))
    found = PrivateRedis(folder / "data")
    found.start()
    yield found
    with suppress(ProcessLookupError):
        found.kill()
    shutil.rmtree(folder, ignore_errors=True)


def test_redis_killed_again_and_again_loses_and_doubles_nothing(app, receiver, own_redis):
    chance = random.Random(3)
    plan_over(connected(receiver), SECONDS, int(SECONDS * 6), chance)
    kills, until = 0, time.monotonic() + SECONDS
    with processes.running(app, WORKER, WORKER, CLOCK, SLUICE_REDIS_URL=own_redis.url):
        while time.monotonic() < until:
            time.sleep(chance.uniform(1.5, 3))
            own_redis.kill()
            time.sleep(chance.uniform(0, 0.5))
            own_redis.start()
            kills += 1
        wait_until(all_settled, 60, every=0.1)
    verdict(receiver, "F3: kill -9 of Redis", kills=kills)


def test_without_redis_for_a_while_posts_go_out_and_workers_come_back(app, receiver, own_redis):
    chance, away = random.Random(4), SECONDS / 2 if SECONDS < 30 else 60
    plan_over(connected(receiver), away + 3, int(away * 4), chance)
    with processes.running(app, WORKER, CLOCK, SLUICE_REDIS_URL=own_redis.url):
        time.sleep(1)
        own_redis.kill()
        time.sleep(away)
        own_redis.start()
        wait_until(all_settled, 60, every=0.1)
    verdict(receiver, f"F4: Redis away for {away:.0f} s", kills=1)


def test_a_redis_that_stands_still_holds_nobody_up(app, receiver, own_redis):
    chance, frozen = random.Random(44), SECONDS / 2 if SECONDS < 30 else 30
    stream = connected(receiver)
    make_scheduled(stream, due_in=6)
    with processes.running(app, WORKER, CLOCK, SLUICE_REDIS_URL=own_redis.url):
        wait_until(lambda: receiver.ledger, 30)
        start_writing()
        plan_over(stream, frozen, int(frozen * 4), chance)
        own_redis.freeze()
        time.sleep(frozen + 1)
        while_frozen = len(receiver.ledger)
        own_redis.thaw()
        wait_until(all_settled, 60, every=0.1)
    figures = verdict(receiver, f"F4: Redis frozen for {frozen:.0f} s", kills=1)
    assert while_frozen > figures["posts"] / 2


def settled_or_away():
    try:
        return all_settled()
    except sa.exc.OperationalError:
        with suppress(sa.exc.SQLAlchemyError):
            db.session.rollback()
        return False


def test_postgresql_restarted_without_mercy_loses_and_doubles_nothing(receiver):
    chance = random.Random(5)
    with own_postgres() as (server, app):
        plan_over(connected(receiver), SECONDS, int(SECONDS * 6), chance)
        restarts, until, back = 0, time.monotonic() + SECONDS, []
        with processes.running(app, WORKER, WORKER, CLOCK):
            while time.monotonic() < until or restarts < 2:
                time.sleep(chance.uniform(2, 3))
                restart_at_once(server)
                wait_until(answers, 30)
                back.append(time.time())
                restarts += 1
            wait_until(settled_or_away, 90, every=0.2)
        verdict(receiver, "F5: PostgreSQL restarted at once", kills=restarts)
        assert restarts >= 2
        keep({"fault": "F5: first call after the database is back", "database": "postgresql",
              "late max": round(max(next_call(receiver, at) for at in back), 2)})  # fmt: skip


def next_call(receiver, at):
    """Seconds from an instant to the next call that comes; 0 if none does."""
    return min((call.at - at for call in receiver.ledger if call.at >= at), default=0.0)
