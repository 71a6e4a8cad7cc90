"""F15: thousands of mails, a server that drops the connection after the final dot, workers killed meanwhile.

Some hundreds in `make test`, ten thousand in `make faults`. The verdict is the mail server's own ledger.
"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from dataclasses import replace

import pytest
import sqlalchemy as sa

from calendar_app import enqueue
from calendar_app.channels.email import adapter as email_adapter
from calendar_app.channels.email.models import Mailing
from calendar_app.extensions import db, start_writing
from tests import processes
from tests.channels.steps import bring_forward, delivery_of, due_post, send_due
from tests.channels.test_email import people, rows, with_list
from tests.channels.test_email_kills import states, take_for_dead
from tests.conftest import wait_until
from tests.faults.world import SECONDS, keep, let_others_write
from tests.mail_server import MailServer

pytestmark = [pytest.mark.faults, pytest.mark.timeout(SECONDS * 4 + 240)]

LONG = SECONDS > 30
MANY = 10_000 if LONG else 800
KILLS = 12 if LONG else 2
HANDS = 6
WORKER = ("worker", "--lane", "mail")
# One answer of so many is lost.
LOST_EVERY = 40


@pytest.fixture
def server(app, monkeypatch):
    made = MailServer(extensions=["PIPELINING"])
    before = app.config["SETTINGS"]
    url = f"smtp://127.0.0.1:{made.port}?connections={HANDS}"
    app.config["SETTINGS"] = replace(before, mail_url=url, mail_from="news@fjordvik.example")
    monkeypatch.setattr(email_adapter, "AT_ONCE_SECONDS", -1.0)
    yield made
    app.config["SETTINGS"] = before
    made.close()


def test_mails_whose_answer_is_lost_go_to_nobody_twice_and_none_is_lost_in_silence(app, server):
    chance = random.Random(20261128)
    lost = [address for address in people(MANY) if chance.random() < 1 / LOST_EVERY]
    for address in lost:
        server.for_address(address, chance.choice(["drop", "half"]))
    stream, _account = with_list(*people(MANY))
    post = due_post(stream)
    send_due()
    let_others_write()
    began = time.monotonic()
    kills = kill_again_and_again(app, server, chance)
    seconds = time.monotonic() - began

    start_writing()
    got, found = Counter(server.recipients()), Counter(rows().values())
    sent = set(db.session.scalars(sa.select(Mailing.address).where(Mailing.state == "sent")))
    unknown = set(db.session.scalars(sa.select(Mailing.address).where(Mailing.state == "unknown")))
    keep({
        "fault": f"F15: {MANY} mails, answers lost, workers killed", "database": db.engine.dialect.name,
        "posts": 1, "mails": MANY, "calls": len(server.ledger), "kills": kills, "answers lost": len(lost),
        "lost": len(set(people(MANY)) - set(got) - unknown), "doubled": len(server.ledger) - len(got), "early": 0,
        "false delivered": len(sent - set(got)), "stuck": found["waiting"] + found["sending"],
        "unknown": found["unknown"], "seconds": round(seconds, 1),
    })  # fmt: skip
    assert max(got.values()) == 1
    assert sent | unknown == set(people(MANY)), "each has an outcome"
    assert sent <= set(got), "nothing is called sent that did not arrive"
    assert set(lost) <= unknown, "of a lost answer nobody claims to know"
    assert len(unknown) <= len(lost) + kills * HANDS
    bring_forward(delivery_of(post))
    send_due()
    told = f"Sent to {len(sent)} of {MANY} addresses. May have gone out: {len(unknown)}."
    assert (delivery_of(post).state, delivery_of(post).reason) == ("unknown", told)


def kill_again_and_again(app, server, chance):
    """Two workers until all is settled; one of them is killed now and then, and started again but for the last time."""
    setting = {"SLUICE_MAIL_URL": app.config["SETTINGS"].mail_url}
    workers = [processes.start(app, *WORKER, **setting) for _ in range(2)]
    try:
        for kill in range(KILLS):
            goal = (kill + chance.uniform(0.2, 0.9)) * MANY / (KILLS + 1)
            wait_until(woken(lambda goal=goal: len(server.ledger) >= goal), 90)
            processes.end(workers.pop(0), how=signal.SIGKILL)
            if kill < KILLS - 1:
                workers.append(processes.start(app, *WORKER, **setting))
        wait_until(woken(lambda: not states()["waiting"]), 120, every=0.2)
        # What is in hand of the living ends meanwhile; what stays is in dead hands.
        time.sleep(1)
        take_for_dead()
        wait_until(woken(lambda: not {"waiting", "sending"} & set(states())), 60, every=0.2)
    finally:
        for worker in workers:
            processes.end(worker)
    return KILLS


def woken(done):
    """Whether it is done, by workers that are woken as the clock does."""

    def look():
        enqueue.wake("mail")
        return done()

    return look
