"""The demo is hit three ways at once: nothing is lost, and the pages tell in words what happened.

A worker is killed in mid call, Redis emptied and the database restarted without mercy, below a real `sluice up --demo`.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from html import unescape
from pathlib import Path

import httpx
import pytest
import redis
import sqlalchemy as sa

from calendar_app.channels.models import Delivery
from calendar_app.extensions import db, writing
from calendar_app.people import api_tokens
from calendar_app.people.models import Team
from calendar_app.people.roles import actor_for
from calendar_app.streams.models import Stream
from calendar_app.supervising import private_redis
from calendar_app.supervising.guard import descendants
from tests import processes
from tests.browsing import path_of
from tests.conftest import wait_until
from tests.factories import make_account, make_person, make_scheduled
from tests.faults.own_servers import own_postgres, start_again, stop_at_once
from tests.faults.world import LONG, SECRET, WAITING, all_settled, keep, let_others_write
from tests.journeys.conftest import free_port
from tests.receiver import answer

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

AWAY = "The database is busy or away. Nothing was changed: try again in a moment."
MEMBERS = ["/calendar", "/calendar?view=week", "/posts/new", "/needs", "/accounts", "/streams", "/settings"]


@contextmanager
def demo(app):
    """`sluice up --demo` on the app's database: its process, its Redis, and a member's browser."""
    data = Path(tempfile.mkdtemp(prefix="sl-"))
    base = f"http://127.0.0.1:{(port := free_port())}"
    env = processes.environment(app, SLUICE_DATA=str(data), SLUICE_BASE_URL=base)
    env.pop("SLUICE_REDIS_URL")
    argv = [
        sys.executable,
        "-c",
        processes.DIES_WITH_US,
        str(os.getpid()),
        "up",
        "--demo",
        "--port",
        str(port),
    ]
    let_others_write()
    said = data / "said"
    with said.open("wb") as file:
        up = subprocess.Popen(argv, env=env, start_new_session=True, stdout=file, stderr=file)
    try:
        wait_until(lambda: "Sign in, once" in said.read_text(), 90, every=0.2)
        with httpx.Client(base_url=base, trust_env=False, timeout=30) as browser:
            sign_in(browser, re.search(r"http\S+/enter/sign-in/\S+", said.read_text())[0])
            yield up, redis.Redis.from_url(private_redis.argv(data)[1]), browser
    finally:
        up.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            up.wait(20)
        processes.end(up)
        shutil.rmtree(data, ignore_errors=True)


def sign_in(browser, link):
    page = browser.get(path_of(link))
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    assert browser.post(path_of(link), data={"csrf_token": token}).status_code == 303


def kill_publishers(up):
    """All at once, with what they forked: their guards start them again."""
    killed = [
        pid for pid in descendants(up.pid) if command_of(pid)[-3:] == [b"worker", b"--lane", b"publish"]
    ]
    for pid in killed:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(killed)


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
    except OSError:
        return []


def journey(app, receiver, database_away):
    receiver.plan(answer(200, delay=60))
    receiver.plan(answer(200, delay=60), path="/")
    with demo(app) as (up, queue, browser):
        with writing():
            stream = db.session.scalars(sa.select(Stream).where(Stream.handle == "traffic")).one()
            team = db.session.get(Team, stream.team_id)
            person = make_person(team)
            key, actor = api_tokens.create(person, "journey", "write"), actor_for(person)
            hook, phones = receiver.address(), {"server": receiver.address(""), "topic": "roads"}
            keyed = make_account(
                team, "webhook", name="Town screen", settings={"url": hook}, secrets={"secret": SECRET}
            )
            plain = make_account(team, "ntfy", name="Phones", settings=phones)
            ours = keyed.id, plain.id
            stream.accounts = [keyed, plain]
            struck = make_scheduled(stream, due_in=0.5, actor=actor, title="Struck in mid call").uuid
        let_others_write()
        wait_until(lambda: receiver.at() and receiver.at("/"), 30)
        killed = kill_publishers(up)
        queue.flushall()
        with writing():
            stream.accounts = [keyed]
            late = make_scheduled(stream, due_in=database_away.due_in, actor=actor, title="Late").uuid
        let_others_write()
        database_away(browser, key)
        wait_until(lambda: settled(*ours), 90, every=0.3)

        post, calendar = told(browser, f"/posts/{struck}/edit"), told(browser, f"/posts/{struck}/peek")
        for page in (post, calendar):
            assert "Tried again because: A worker died in mid call." in page
        assert "2 attempts." in post and "late by" in post
        for page in (told(browser, f"/posts/{late}/edit"), told(browser, f"/posts/{late}/peek")):
            assert re.search("late by", page, re.I) and "Sluice came to it late: it was stopped" in page
        board = told(browser, "/needs")
        assert "Struck in mid call" in board and "May have gone out: please look" in board
        assert "A worker died in mid call. It may have gone out" in board
        assert "Struck in mid call" in told(browser, "/calendar?view=list")
    rows = db.session.scalars(sa.select(Delivery).where(Delivery.account_id.in_(ours))).all()
    assert {(row.post.uuid, row.account.name): row.state for row in rows} == {
        (struck, "Town screen"): "delivered",
        (struck, "Phones"): "unknown",
        (late, "Town screen"): "delivered",
    }
    calls = receiver.at()
    assert len({(call.key, call.body) for call in calls}) == len(receiver.effects()) == 2
    assert [len(calls), len(receiver.at("/"))] == [3, 1], (
        "again with the same key; without one never by itself"
    )
    keep({"fault": "F1 F3 F5 below a demo, told on its pages", "database": db.engine.dialect.name, "posts": 2,
          "calls": len(receiver.ledger), "kills": killed, "lost": 0, "doubled": 0, "false delivered": 0,
          "stuck": 0, "unknown": 1})  # fmt: skip


def told(browser, path):
    page = browser.get(path)
    assert page.status_code == 200, (path, page.status_code)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def settled(*accounts):
    """Of the demo's own posts many are still to come."""
    try:
        all_settled()
        waits = sa.select(Delivery.id).where(Delivery.account_id.in_(accounts), Delivery.state.in_(WAITING))
        return db.session.scalar(waits.limit(1)) is None
    except sa.exc.SQLAlchemyError:
        return False
    finally:
        with suppress(sa.exc.SQLAlchemyError):
            db.session.rollback()


class Restarted:
    """PostgreSQL stopped as by a power cut; while it is away every page says so; then it comes back."""

    due_in = 1.0

    def __init__(self, server):
        self.server = server

    def __call__(self, browser, key):
        stop_at_once(self.server)
        for path in MEMBERS:
            page = browser.get(path)
            assert (page.status_code, page.headers["Retry-After"]) == (503, "5"), path
            assert AWAY in page.text and "<h1" in page.text, path
        problem = browser.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"})
        assert (problem.status_code, problem.json()["detail"]) == (503, AWAY)
        assert browser.get("/healthz").status_code == 200 and browser.get("/readyz").status_code == 503
        time.sleep(2)
        start_again(self.server)


class NoServer:
    """SQLite is a file: nothing to restart. What is late was due while nobody looked."""

    due_in = -5

    def __call__(self, browser, key):
        assert browser.get("/calendar").status_code == 200


def test_on_postgresql_the_pages_tell_what_happened(receiver):
    with own_postgres() as (server, app):
        journey(app, receiver, Restarted(server))


@pytest.mark.skipif(not LONG, reason="the same with less to break: only in the long runs (make faults)")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_on_sqlite_the_pages_tell_what_happened(app, receiver):
    journey(app, receiver, NoServer())
