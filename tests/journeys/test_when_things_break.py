"""The same journey while something breaks: a worker killed in mid call, Redis emptied, nobody there for a while."""

from __future__ import annotations

import signal
from datetime import timedelta

import pytest
import redis
import sqlalchemy as sa

from calendar_app.channels.delivering import drain
from calendar_app.channels.models import Delivery
from calendar_app.extensions import database_now, db, writing
from tests import processes
from tests.conftest import wait_until
from tests.factories import make_account, make_scheduled, make_stream
from tests.receiver import Receiver, answer

SECRET = "whsec_c2x1aWNlLXRlc3RzLXNsdWljZS10ZXN0cy0wMDAx"


@pytest.fixture
def receiver():
    with Receiver() as found:
        yield found


@pytest.fixture
def stream(app, receiver):
    found = make_stream(handle="roads")
    settings = {"url": receiver.address()}
    make_account(found.team, "webhook", settings=settings, secrets={"secret": SECRET}, streams=[found])
    return found


def state_of_deliveries():
    states = db.session.scalars(sa.select(Delivery.state).order_by(Delivery.id)).all()
    db.session.rollback()
    return states


def test_a_worker_killed_in_mid_call_is_made_good_with_the_same_key(app, stream, receiver):
    receiver.plan(answer(200, delay=30))
    with processes.running(app, ("worker", "--lane", "publish"), ("clock",)) as (worker, clock):
        make_scheduled(stream, due_in=1)
        wait_until(lambda: receiver.ledger, 15)
        processes.end(worker, how=signal.SIGKILL)
        processes.end(clock, how=signal.SIGKILL)
    wait_until(lambda: state_of_deliveries() == ["sending"], 5)
    with writing():
        db.session.execute(sa.update(Delivery).values(lease_until=database_now() - timedelta(seconds=1)))
        db.session.commit()
    with processes.running(app, ("worker", "--lane", "publish"), ("clock",)):
        wait_until(lambda: state_of_deliveries() == ["delivered"], 20)
    assert len(receiver.ledger) == 2
    assert len({call.key for call in receiver.ledger}) == 1
    assert len({call.body for call in receiver.ledger}) == 1
    assert len(receiver.effects()) == 1


def test_redis_emptied_before_the_time_comes_changes_nothing(app, stream, receiver):
    post = make_scheduled(stream, due_in=3)
    due = post.due_at.timestamp()
    with processes.running(app, ("worker", "--lane", "publish"), ("clock",)):
        redis.Redis.from_url(app.config["SETTINGS"].redis_url).flushall()
        wait_until(lambda: state_of_deliveries() == ["delivered"], 15)
    assert [call.at >= due for call in receiver.ledger] == [True]


def test_without_any_redis_the_clock_alone_is_on_time(app, stream, receiver):
    post = make_scheduled(stream, due_in=8)
    # Long enough ahead for the process to have started, on a busy machine too.
    due = post.due_at.timestamp()
    with processes.running(app, ("clock",), SLUICE_REDIS_URL="redis://127.0.0.1:9/0"):
        wait_until(lambda: state_of_deliveries() == ["delivered"], 25)
    (call,) = receiver.ledger
    assert due <= call.at < due + 2


def test_two_clocks_and_three_workers_send_once(app, stream, receiver):
    for _ in range(20):
        make_scheduled(stream, due_in=2)
    worker = ("worker", "--lane", "publish")
    with processes.running(app, worker, worker, worker, ("clock",), ("clock",)):
        wait_until(lambda: set(state_of_deliveries()) == {"delivered"}, 20)
    assert len(receiver.ledger) == len({call.key for call in receiver.ledger}) == 20


def test_nobody_there_for_longer_than_the_grace_is_missed_and_said_so(app, stream, receiver):
    post = make_scheduled(stream, due_in=-3700)
    drain()
    db.session.refresh(post)
    assert post.state == "missed"
    assert state_of_deliveries() == ["missed"]
    assert receiver.ledger == []


def test_nobody_there_for_a_while_within_the_grace_goes_out_late(app, stream, receiver):
    post = make_scheduled(stream, due_in=-600)
    drain()
    db.session.refresh(post)
    assert post.state == "published"
    (row,) = post.deliveries
    assert row.state == "delivered"
    assert 600_000 <= row.late_ms < 660_000
