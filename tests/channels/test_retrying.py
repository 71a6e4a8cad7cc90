"""What follows an attempt that did not succeed: which outcomes are repeated, when, and for how long."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.channels import sending
from calendar_app.channels.answers import LONGEST_WAIT, not_before
from calendar_app.channels.connecting import change
from calendar_app.channels.delivering import outbound
from calendar_app.channels.registry import ADAPTERS, adapter_for
from calendar_app.channels.sending import back_off, send
from calendar_app.extensions import database_now, db
from tests.channels.steps import (
    bring_forward,
    claimed,
    connected,
    delivery_of,
    due_post,
    parcel_of,
    published,
    send_due,
)
from tests.factories import make_actor
from tests.receiver import answer, drip, reset_after_processing

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("kind", sorted(ADAPTERS))
def test_waits_follow_the_ladder_with_a_tenth_by_chance(kind):
    adapter = adapter_for(kind, {})
    for attempt, step in enumerate(adapter.ladder, start=1):
        waits = {back_off(adapter, attempt) for _ in range(50)}
        assert len(waits) > 1
        assert all(step <= wait <= step * 1.1 for wait in waits)
    assert back_off(adapter, len(adapter.ladder) + 1) is None


def test_without_a_key_an_unclear_attempt_is_unknown_at_once(app, receiver, odd_channels):
    stream, _ = connected(receiver, "postcard")
    receiver.plan(reset_after_processing())
    post = due_post(stream)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.ambiguous, row.attempts) == ("unknown", True, 1)
    assert send_due() == 0
    assert len(receiver.ledger) == 1


def test_without_a_key_what_was_refused_is_repeated(app, receiver, odd_channels):
    stream, _ = connected(receiver, "postcard")
    receiver.plan(answer(429))
    post = due_post(stream)
    send_due()
    bring_forward(delivery_of(post))
    send_due()
    assert delivery_of(post).state == "delivered"
    assert sum(call.processed for call in receiver.ledger) == 1


def test_what_an_adapter_notes_is_there_at_the_next_attempt(app, receiver, odd_channels):
    stream, _ = connected(receiver, "postcard")
    receiver.plan(answer(500))
    post = due_post(stream)
    send_due()
    assert delivery_of(post).notes == {"seen": 500}


def unclear_guestbook(receiver):
    stream, _ = connected(receiver, "guestbook")
    receiver.plan(reset_after_processing())
    post = due_post(stream)
    before = database_now()
    send_due()
    row = delivery_of(post)
    assert (row.state, row.ambiguous) == ("retry", True)
    assert timedelta(seconds=60) <= row.next_at - before < timedelta(seconds=66)
    bring_forward(row)
    return post, f"/hook/{row.key}"


def test_where_it_can_be_read_back_one_looks_before_a_repeat(app, receiver, odd_channels):
    post, page = unclear_guestbook(receiver)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.external_id, row.external_url) == ("delivered", "found", receiver.address(page))
    assert [call.method for call in receiver.ledger] == ["POST", "GET"]


def test_what_is_not_there_is_sent_again(app, receiver, odd_channels):
    post, page = unclear_guestbook(receiver)
    receiver.plan(answer(404), path=page)
    send_due()
    assert delivery_of(post).state == "delivered"
    assert [call.method for call in receiver.ledger] == ["POST", "GET", "POST"]


def test_while_one_cannot_look_nothing_is_sent(app, receiver, odd_channels):
    post, page = unclear_guestbook(receiver)
    receiver.plan(answer(502), path=page)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.reason) == ("retry", "The guest book cannot be read now.")
    assert [call.method for call in receiver.ledger] == ["POST", "GET"]


def test_a_refusal_after_an_unclear_attempt_leaves_it_unknown(app, receiver):
    stream, _ = connected(receiver)
    receiver.plan(reset_after_processing(), answer(422))
    post = due_post(stream)
    send_due()
    bring_forward(delivery_of(post))
    send_due()
    row = delivery_of(post)
    assert row.state == "unknown"
    assert row.reason.startswith("The receiver refused the post (422). An earlier attempt may have gone out")


def test_gone_after_an_unclear_attempt_leaves_it_unknown(app, receiver):
    stream, account = connected(receiver)
    receiver.plan(reset_after_processing(), answer(410))
    post = due_post(stream)
    send_due()
    bring_forward(delivery_of(post))
    send_due()
    assert (delivery_of(post).state, account.state) == ("unknown", "broken")


def test_a_revoked_key_pauses_the_account_once_and_a_new_one_sends_what_waited_once(
    app, receiver, odd_channels
):
    stream, account = connected(receiver, "postcard")
    receiver.plan(then=answer(401))
    posts = [due_post(stream, ago=3 - number) for number in range(3)]
    send_due()
    assert (account.state, account.state_reason) == ("paused", "The key of this account no longer works.")
    assert len(receiver.ledger) == 1
    assert [delivery_of(post).state for post in posts] == ["retry", "pending", "pending"]

    receiver.plan()
    settings = {"url": receiver.address("/hook?new")}
    ADAPTERS["postcard"].fields = ADAPTERS["webhook"].fields
    try:
        change(account, {"settings": settings}, actor=make_actor(stream.team), now=database_now())
    finally:
        ADAPTERS["postcard"].fields = ()
    send_due()
    assert account.state == "ok"
    assert {delivery_of(post).state for post in posts} == {"delivered"}
    assert len(receiver.effects("/hook?new")) == len(receiver.at("/hook?new")) == 3


def test_a_place_that_says_at_once_every_time_is_asked_less_and_less_often(app, receiver):
    stream, _ = connected(receiver)
    receiver.plan(then=answer(503, retry_after="0"))
    post = due_post(stream)
    send_due()
    assert len(receiver.ledger) <= 2
    for _ in range(12):
        bring_forward(delivery_of(post))
        send_due()
    row = delivery_of(post)
    assert row.state == "retry"
    assert row.attempts > len(adapter_for("webhook", {}).ladder)
    assert timedelta(seconds=50) < row.next_at - database_now() <= timedelta(seconds=60)


def test_a_place_that_is_busy_for_ever_is_given_up_when_the_ladder_would_have_ended(app, receiver):
    stream, _ = connected(receiver)
    receiver.plan(then=answer(503, retry_after="5"))
    post = due_post(stream)
    send_due()
    row = delivery_of(post)
    row.due_at = database_now() - timedelta(days=4)
    row.attempts = 50
    bring_forward(row)
    send_due()
    assert delivery_of(post).state == "failed"


def test_no_call_is_longer_than_the_longest_however_long_the_lease(app, receiver, monkeypatch):
    monkeypatch.setattr(sending, "LONGEST_CALL", 0.5)
    stream, _ = connected(receiver)
    receiver.plan(drip(0.02))
    post = due_post(stream)
    began = time.monotonic()
    send_due(lease_seconds=600)
    assert time.monotonic() - began < 2
    assert delivery_of(post).state == "retry"


def test_a_flaw_of_ours_before_the_first_byte_is_tried_again(app, receiver):
    stream, _ = connected(receiver)
    published(stream)
    (taken,) = claimed()
    outcome = send(replace(parcel_of(taken), secrets={}), outbound())
    assert (outcome.state, outcome.ambiguous) == ("retry", False)
    assert outcome.reason == "Sluice stumbled before anything was sent; it tries again."
    assert receiver.ledger == []


def test_lateness_is_told_by_the_databases_clock(app, receiver):
    stream, _ = connected(receiver)
    published(stream)
    (taken,) = claimed()
    outcome = send(parcel_of(taken), outbound(), clock_offset=timedelta(hours=1))
    ahead = outcome.sent_at - datetime.now(UTC)
    assert timedelta(minutes=59) < ahead < timedelta(minutes=61)
    db.session.rollback()


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({"retry-after": "30"}, timedelta(seconds=30)),
        ({"retry-after": "0"}, timedelta()),
        ({"retry-after": "1.5"}, timedelta(seconds=1.5)),
        ({"retry-after": "Tue, 01 Dec 2026 08:05:00 GMT"}, timedelta(minutes=5)),
        ({"retry-after": "Tue, 01 Dec 2026 07:00:00 GMT"}, timedelta()),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 40)}, timedelta(seconds=40)),
        ({"x-ratelimit-reset": "40"}, timedelta(seconds=40)),
        ({"x-ratelimit-reset": "2026-12-01T08:01:00Z"}, timedelta(minutes=1)),
        ({"x-ratelimit-reset": "2026-12-01T08:01:00.250000+00:00"}, timedelta(minutes=1, milliseconds=250)),
        ({"retry-after": "10", "x-ratelimit-reset": "400"}, timedelta(seconds=10)),
        ({"retry-after": "soon", "x-ratelimit-reset": "20"}, timedelta(seconds=20)),
        ({"retry-after": "99999999"}, LONGEST_WAIT),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "²"}, None),
        ({}, None),
    ],
)
def test_a_time_to_come_again_is_understood_in_every_usual_form(headers, after):
    assert not_before(headers, NOW) == (None if after is None else NOW + after)


@given(st.text(max_size=60), st.sampled_from(["retry-after", "x-ratelimit-reset", "ratelimit-reset"]))
def test_whatever_a_server_writes_there_is_never_a_crash_nor_a_time_in_the_past(text, name):
    found = not_before({name: text}, NOW)
    assert found is None or NOW <= found <= NOW + LONGEST_WAIT
