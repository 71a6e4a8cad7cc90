"""Draining what is due: everything once, the poison alone, and no haste where there is nothing to take."""

from __future__ import annotations

import threading
import time

import pytest
import sqlalchemy as sa

from calendar_app import sealing
from calendar_app.channels.connecting import resume
from calendar_app.channels.delivering import drain
from calendar_app.channels.models import Delivery
from calendar_app.extensions import database_now, db
from tests.channels.steps import SECRET, claimed, connected, delivery_of, due_post, published, send_due
from tests.factories import make_account, make_actor, make_scheduled, make_stream
from tests.receiver import answer


def test_many_posts_to_many_places_arrive_once_each(app, receiver):
    stream = make_stream()
    for number in range(4):
        connected(receiver, path=f"/{number}", stream=stream)
    posts = [due_post(stream) for _ in range(25)]
    assert send_due() == 100
    rows = [row for post in posts for row in post.deliveries]
    assert {row.state for row in rows} == {"delivered"}
    assert sorted(call.key for call in receiver.ledger) == sorted(row.key for row in rows)


def test_two_workers_at_once_send_everything_once(app, receiver):
    stream, _ = connected(receiver)
    posts = [due_post(stream) for _ in range(40)]

    def work():
        with app.app_context():
            drain()
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    db.session.expire_all()
    assert sorted(call.key for call in receiver.ledger) == sorted(delivery_of(post).key for post in posts)
    assert {delivery_of(post).state for post in posts} == {"delivered"}


def test_a_serial_account_gets_its_posts_one_after_the_other(app, receiver, odd_channels):
    stream, _ = connected(receiver, "postcard")
    receiver.plan(then=answer(200, delay=0.05))
    for number in range(5):
        due_post(stream, ago=5 - number, text=f"Number {number}")
    assert send_due() == 5
    times = [call.at for call in receiver.ledger]
    assert [later - earlier >= 0.05 for earlier, later in zip(times, times[1:], strict=False)] == [True] * 4
    assert [call.body[-3:-2] for call in receiver.ledger] == [b"0", b"1", b"2", b"3", b"4"]


def test_a_parallel_account_gets_many_at_once(app, receiver):
    stream, _ = connected(receiver)
    receiver.plan(then=answer(200, delay=0.3))
    for _ in range(12):
        due_post(stream)
    began = time.monotonic()
    send_due()
    assert time.monotonic() - began < 2
    assert len(receiver.ledger) == 12


def test_a_poison_post_fails_alone_with_a_reason(app, receiver):
    stream, account = connected(receiver)
    poison, sound = due_post(stream), due_post(stream)
    # Longer than what the renderer takes: older versions may have let it in.
    db.session.execute(
        sa.text("UPDATE post SET text = :text WHERE id = :id"), {"text": "x" * 200_000, "id": poison.id}
    )
    db.session.commit()
    send_due()
    assert delivery_of(sound).state == "delivered"
    row = delivery_of(poison)
    assert row.state == "failed"
    assert row.reason.startswith("This post could not be prepared")
    assert row.reason.endswith("(ValueError). Edit it and send again.")
    assert account.state == "ok"


def test_secrets_that_cannot_be_opened_pause_the_account_and_keep_its_posts(app, receiver):
    stream, account = connected(receiver)
    sealer = sealing.keys_from("another key that this installation never had")
    account.sealed = {"secret": sealer.seal(SECRET, where=f"account:{account.id}:secret")}
    db.session.commit()
    post = due_post(stream)
    send_due()
    assert (delivery_of(post).state, account.state) == ("retry", "paused")
    assert "enter the secret again" in account.state_reason
    assert receiver.ledger == []

    from calendar_app.channels.connecting import change

    change(account, {"secrets": {"secret": SECRET}}, actor=make_actor(stream.team), now=database_now())
    send_due()
    assert delivery_of(post).state == "delivered"


def test_it_lingers_for_what_is_due_in_a_moment(app, receiver):
    stream, _ = connected(receiver)
    post = make_scheduled(stream, due_in=0.8)
    assert send_due() == 1
    (call,) = receiver.ledger
    assert 0 <= call.at - post.due_at.timestamp() < 0.5


def test_it_goes_home_when_nothing_is_near(app, receiver):
    stream, _ = connected(receiver)
    make_scheduled(stream, due_in=30)
    began = time.monotonic()
    assert send_due() == 0
    assert time.monotonic() - began < 1


def test_the_budget_ends_the_round_but_not_the_calls_under_way(app, receiver):
    stream, _ = connected(receiver)
    receiver.plan(then=answer(200, delay=1.0))
    post = due_post(stream)
    send_due(budget_seconds=0.2)
    assert delivery_of(post).state == "delivered"


def test_what_another_worker_holds_is_waited_for_without_haste(app, receiver, odd_channels):
    stream, _ = connected(receiver, "postcard")
    published(stream, ago=2)
    published(stream, ago=1)
    assert len(claimed()) == 1
    questions = []

    @sa.event.listens_for(db.engine, "before_cursor_execute")
    def count(_connection, _cursor, statement, *_rest):
        questions.append(statement)

    try:
        assert send_due(budget_seconds=1.0) == 0
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", count)
    assert len(questions) < 250
    assert receiver.ledger == []


def test_a_resumed_account_sends_what_waited_once(app, receiver):
    stream, account = connected(receiver)
    receiver.plan(answer(410))
    gone = due_post(stream)
    send_due()
    waiting = [due_post(stream) for _ in range(3)]
    send_due()
    assert (delivery_of(gone).state, len(receiver.ledger)) == ("failed", 1)

    resume(account, actor=make_actor(stream.team), now=database_now())
    send_due()
    assert {delivery_of(post).state for post in waiting} == {"delivered"}
    assert len(receiver.effects()) == 3


def test_an_account_added_to_no_stream_gets_nothing(app, receiver):
    stream, _ = connected(receiver)
    make_account(
        stream.team, "webhook", settings={"url": receiver.address("/other")}, secrets={"secret": SECRET}
    )
    due_post(stream)
    send_due()
    assert receiver.at("/other") == []


def test_late_posts_say_how_late(app, receiver):
    stream, _ = connected(receiver)
    post = due_post(stream, ago=90)
    send_due()
    assert 90_000 <= delivery_of(post).late_ms < 100_000


@pytest.mark.parametrize("count", [3])
def test_every_attempt_of_a_round_is_counted_once(app, receiver, count):
    stream, _ = connected(receiver)
    for _ in range(count):
        due_post(stream)
    send_due()
    attempts = db.session.scalar(sa.select(sa.func.sum(Delivery.attempts)))
    assert attempts == count == len(receiver.ledger)
