"""SIGTERM in the middle of something slow: within ten seconds it has ended, and nothing is unknown that need not be."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import time
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa

from calendar_app import enqueue, stopping
from calendar_app.channels.delivering import drain
from calendar_app.channels.due import MOST_PER_ACCOUNT
from calendar_app.channels.email.models import Mailing
from calendar_app.channels.models import Delivery
from calendar_app.enqueue import connection
from calendar_app.extensions import database_now, db, writing
from calendar_app.health.pulse import clocks_beating
from calendar_app.health.questions import CLOCK_SILENCE
from jobs.clock import BEAT_EVERY
from tests import processes
from tests.channels.conftest import receiver  # noqa: F401  (a fixture)
from tests.channels.steps import connected, due_post
from tests.conftest import wait_until
from tests.factories import make_account, make_scheduled, make_stream
from tests.faults.world import CLOCK, WORKER, let_others_write
from tests.journeys.conftest import answers, free_port
from tests.mail_server import MailServer
from tests.receiver import answer, drip

MOST_SECONDS = 10
ENDLESS = drip(0.05)
# To be decided once for all; a machine under load takes its time to start and to die.
pytestmark = pytest.mark.timeout(150)


@pytest.fixture
def asked():
    stopping.ask()
    yield
    stopping.forget()


def stop(process):
    """SIGTERM to the one process, as systemd and `sluice up` send it; how long it took to end, with all below it."""
    forked = processes.descendants(process.pid)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    assert not any(map(processes.is_running, forked))
    return time.monotonic() - began


def rows(channel="webhook"):
    db.session.expire_all()
    found = db.session.scalars(sa.select(Delivery).order_by(Delivery.id)).all()
    found = [row for row in found if row.account.channel == channel]
    db.session.rollback()
    return found


def states(channel="webhook"):
    return [row.state for row in rows(channel)]


@contextmanager
def silent_tls():
    """A server that takes up connections and never says a word: nothing of a call to https has left by then."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_worker_finishes_the_calls_it_has_begun_and_begins_no_more(app, receiver):  # noqa: F811
    receiver.plan(then=answer(200, delay=2.0))
    stream, _ = connected(receiver)
    for _ in range(MOST_PER_ACCOUNT + 1):
        due_post(stream)
    let_others_write()
    enqueue.wake("publish")
    with processes.running(app, WORKER) as (worker,):
        wait_until(lambda: len(receiver.ledger) == MOST_PER_ACCOUNT, 40)
        assert stop(worker) < MOST_SECONDS
    assert worker.returncode == 0
    assert states() == [*["delivered"] * MOST_PER_ACCOUNT, "pending"]
    assert {row.attempts for row in rows()} == {0, 1}


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_calls_that_do_not_end_are_given_up_honestly(app, receiver):  # noqa: F811
    """To a channel with a key, to one without, and one of which nothing has left yet; by a clock that is alone."""
    receiver.plan(ENDLESS)
    receiver.plan(ENDLESS, path="/card")
    keyed, _ = connected(receiver)
    plain, held_up = make_stream(), make_stream()
    make_account(plain.team, "teams", secrets={"address": receiver.address("/card")}, streams=[plain])
    with silent_tls() as port:
        settings = {"server": f"https://127.0.0.1:{port}", "topic": "roads"}
        make_account(held_up.team, "ntfy", settings=settings, streams=[held_up])
        for stream in (keyed, plain, held_up):
            make_scheduled(stream, due_in=-2)
        let_others_write()
        with processes.running(app, CLOCK, TEST_PATIENCE="1.5") as (clock,):
            wait_until(lambda: len(receiver.ledger) == 2 and states("ntfy") == ["sending"], 40)
            time.sleep(0.3)
            assert stop(clock) < MOST_SECONDS
    assert clock.returncode == 0
    (sent,), (card,), (unsent,) = rows(), rows("teams"), rows("ntfy")
    assert (sent.state, sent.ambiguous) == ("retry", True)
    assert (card.state, card.reason) == ("unknown", "Sluice was stopped in mid call; it may have gone out.")
    assert (unsent.state, unsent.ambiguous, unsent.sent_at) == ("retry", False, None)
    assert unsent.reason == "Sluice was stopped before anything was sent; it tries again."
    hurry()
    drain()
    assert states() == ["delivered"]
    first, second = receiver.at("/hook")
    assert (first.key, first.body) == (second.key, second.body)
    assert len(receiver.at("/card")) == 1, "what may have gone out is not sent again"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_that_somebody_keeps_locked_keeps_nobody_from_ending(app):
    upkeep = ("worker", "--lane", "upkeep")
    with processes.running(app, CLOCK, upkeep, TEST_LONGEST="2") as (clock, worker):
        wait_until(both_at_work, 40)
        path = app.config["SETTINGS"].database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            enqueue.wake("upkeep")
            wait_until(lambda: processes.descendants(worker.pid), 20)
            time.sleep(BEAT_EVERY + 0.5)
            assert stop(worker) < MOST_SECONDS
            assert stop(clock) < MOST_SECONDS
            other.execute("ROLLBACK")


def both_at_work():
    clocks = clocks_beating(CLOCK_SILENCE)
    db.session.rollback()
    return clocks and connection().scard("rq:workers:upkeep")


@contextmanager
def mailing(app, *addresses):
    """A mail server, and a post on its way to a list."""
    server, before = MailServer(), app.config["SETTINGS"]
    url = f"smtp://127.0.0.1:{server.port}"
    app.config["SETTINGS"] = replace(before, mail_url=url)
    stream = make_stream()
    make_account(stream.team, "email", settings={"addresses": "\n".join(addresses)}, streams=[stream])
    try:
        yield server, stream, {"SLUICE_MAIL_URL": url}
    finally:
        app.config["SETTINGS"] = before
        server.close()


def mails():
    found = db.session.execute(sa.select(Mailing.state, Mailing.attempts).order_by(Mailing.id)).all()
    db.session.rollback()
    return [tuple(row) for row in found]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("stage", "step", "left", "taken"),
    [("rcpt", "hang", ("waiting", 0), 0), ("end", 1.0, ("sent", 1), 1), ("end", "hang", ("unknown", 1), 1)],
    ids=["not yet handed over", "a slow answer", "no answer after the last dot"],
)
def test_a_mail_is_finished_given_back_or_honestly_unknown(app, stage, step, left, taken):
    with mailing(app, "kari@example.org", "ola@example.org") as (server, stream, env):
        server.at(stage, step)
        due_post(stream)
        let_others_write()
        enqueue.wake("publish")
        with processes.running(app, WORKER, **env, TEST_PATIENCE="3") as (worker,):
            wait_until(lambda: any(state == "sending" for state, _ in mails()) and reached(server, stage), 40)
            assert stop(worker) < MOST_SECONDS
        assert mails() == [left, ("waiting", 0)], "the second was not begun"
        assert len(server.ledger) == taken
        hurry()
        drain()
        assert server.recipients() == ["kari@example.org", "ola@example.org"], "each has it once"


def reached(server, stage):
    words = {"rcpt": "RCPT", "end": "DATA"}
    return any(command.upper().startswith(words[stage]) for command in server.commands)


def hurry():
    """Back-offs are for servers; a test goes on at once."""
    db.session.rollback()
    with writing():
        db.session.execute(
            sa.update(Delivery).where(Delivery.state == "retry").values(next_at=database_now())
        )
        db.session.commit()
    let_others_write()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_web_answers_what_it_was_asked_before_it_ends(app):
    port = free_port()
    with processes.running(app, ("web", "--port", str(port))) as (web,):
        wait_until(lambda: answers(f"http://127.0.0.1:{port}"), 40)
        with (
            socket.create_connection(("127.0.0.1", port)) as idle,
            socket.create_connection(("127.0.0.1", port)) as slow,
        ):
            idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert idle.recv(100).startswith(b"HTTP/1.1 200")
            slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            time.sleep(0.3)
            began = time.monotonic()
            web.send_signal(signal.SIGTERM)
            time.sleep(0.7)
            slow.sendall(b"Connection: close\r\n\r\n")
            assert slow.recv(100).startswith(b"HTTP/1.1 200")
            assert web.wait(30) == 0
            assert time.monotonic() - began < MOST_SECONDS


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_up_ends_all_its_parts_with_a_call_under_way(app, receiver, worker_folder):  # noqa: F811
    folder = worker_folder / "up"
    receiver.plan(ENDLESS)
    stream, _ = connected(receiver)
    make_scheduled(stream, due_in=-1)
    let_others_write()
    port = free_port()
    with processes.running(
        app, ("up", "--port", str(port)), SLUICE_DATA=str(folder), SLUICE_REDIS_URL=""
    ) as (up,):
        wait_until(lambda: receiver.ledger, 60)
        assert stop(up) < MOST_SECONDS
    assert up.returncode == 0
    assert states() == ["retry"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_has_been_asked_to_end_begins_nothing(app, receiver, asked):  # noqa: F811
    stream, _ = connected(receiver)
    due_post(stream)
    assert (drain(), receiver.ledger) == (0, [])
    assert 0 < stopping.seconds_left() <= stopping.PATIENCE
    stopping.ask()
    assert stopping.seconds_left() < stopping.PATIENCE, "asking twice gives no more time"


def test_a_forked_child_hears_what_its_parent_was_asked():
    reading, writing_end = os.pipe()
    child = os.fork()
    if child == 0:
        while not stopping.asked():
            time.sleep(0.01)
        os.write(writing_end, b"heard")
        os._exit(0)
    stopping.ask()
    try:
        assert os.read(reading, 5) == b"heard"
    finally:
        os.waitpid(child, 0)
        stopping.forget()
        os.close(reading)
        os.close(writing_end)
