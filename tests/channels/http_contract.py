"""What every channel that speaks HTTP and knows a key promises, however the other side behaves."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from calendar_app.extensions import database_now, db
from calendar_app.posts.drafting import edit
from tests.channels.steps import bring_forward, delivery_of, due_post, send_due
from tests.factories import make_actor
from tests.receiver import answer, drip, reset_after_processing, reset_before_processing


def test_every_attempt_carries_the_same_key(place):
    post = due_post(place.stream)
    place.receiver.plan(answer(503), answer(429), answer(500))
    for _ in range(4):
        send_due()
        bring_forward(delivery_of(post))
    row = delivery_of(post)
    assert [call.key for call in place.calls()] == [row.key] * 4
    assert (row.state, row.attempts) == ("delivered", 4)


def test_a_reset_after_processing_is_repeated_with_the_same_bytes_and_takes_effect_once(place):
    post = due_post(place.stream, text="As it was.")
    place.receiver.plan(reset_after_processing())
    send_due()
    row = delivery_of(post)
    assert (row.state, row.ambiguous) == ("retry", True)

    edit(
        post,
        {"text": "Quite different."},
        version=post.version,
        actor=make_actor(post.team),
        now=database_now(),
    )
    bring_forward(row)
    send_due()

    first, second = place.calls()
    assert (first.key, first.body) == (second.key, second.body)
    assert len(place.effects()) == 1
    assert delivery_of(post).state == "delivered"


def test_what_certainly_did_not_arrive_goes_out_in_its_newest_form(place):
    post = due_post(place.stream, text="As it was.")
    place.receiver.plan(answer(503))
    send_due()
    edit(
        post,
        {"text": "Quite different."},
        version=post.version,
        actor=make_actor(post.team),
        now=database_now(),
    )
    bring_forward(delivery_of(post))
    send_due()
    (body,) = place.effects().values()
    assert b"Quite different." in body
    assert delivery_of(post).post_version == post.version


def test_a_reset_before_processing_is_repeated(place):
    post = due_post(place.stream)
    place.receiver.plan(reset_before_processing())
    send_due()
    bring_forward(delivery_of(post))
    send_due()
    assert list(place.effects()) == [delivery_of(post).key]


def in_two_minutes(form):
    instant = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=2)
    named = {
        "seconds": ("retry_after", "120"),
        "date": ("retry_after", format_datetime(instant, usegmt=True)),
        "epoch": ("x_ratelimit_reset", str(int(instant.timestamp()))),
        "ISO": ("x_ratelimit_reset", instant.isoformat().replace("+00:00", "Z")),
        "seconds to reset": ("ratelimit_reset", "120"),
    }
    return instant, dict([named[form]])


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date", "epoch", "ISO", "seconds to reset"])
def test_the_time_that_a_busy_place_names_is_kept(place, status, form):
    instant, headers = in_two_minutes(form)
    post = due_post(place.stream)
    place.receiver.plan(answer(status, **headers))
    send_due()
    row = delivery_of(post)
    assert (row.state, row.ambiguous) == ("retry", False)
    assert abs((row.next_at - instant).total_seconds()) < 3
    assert send_due() == 0
    assert len(place.calls()) == 1


def test_a_short_wait_is_waited_for_and_not_shortened(place):
    post = due_post(place.stream)
    place.receiver.plan(answer(429, retry_after="1"))
    assert send_due() == 2
    first, second = place.calls()
    assert second.at - first.at >= 1.0
    assert delivery_of(post).state == "delivered"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(place, status):
    post = due_post(place.stream)
    place.receiver.plan(answer(status, location=place.receiver.address("/elsewhere")))
    send_due()
    row = delivery_of(post)
    assert row.state == "retry"
    assert "redirect" in row.reason
    assert place.receiver.at("/elsewhere") == []


def test_gone_fails_the_delivery_and_switches_the_account_off(place):
    post = due_post(place.stream)
    place.receiver.plan(answer(410))
    send_due()
    row = delivery_of(post)
    assert (row.state, place.account.state) == ("failed", "broken")
    assert place.account.state_reason == row.reason

    later = due_post(place.stream)
    assert send_due() == 0
    assert delivery_of(later).state == "pending"
    assert len(place.calls()) == 1


def test_a_refused_connection_is_tried_again_after_the_wait_that_the_row_keeps(place):
    post = due_post(place.stream)
    place.receiver.refuse()
    before = database_now()
    send_due()
    row = delivery_of(post)
    step = place.adapter.ladder[0]
    assert (row.state, row.attempts, row.ambiguous, row.sent_at) == ("retry", 1, False, None)
    assert timedelta(seconds=step) <= row.next_at - before < timedelta(seconds=step * 1.1 + 3)

    place.receiver.listen()
    assert send_due() == 0
    bring_forward(row)
    assert send_due() == 1
    assert delivery_of(post).state == "delivered"
    assert len(place.effects()) == 1


def test_each_wait_is_longer_than_the_one_before(place):
    post = due_post(place.stream)
    place.receiver.refuse()
    waits = []
    for _ in place.adapter.ladder[:4]:
        before = database_now()
        send_due()
        row = delivery_of(post)
        waits.append((row.next_at - before).total_seconds())
        bring_forward(row)
    assert [
        step <= wait < step * 1.1 + 3 for step, wait in zip(place.adapter.ladder, waits, strict=False)
    ] == [True] * 4
    assert waits == sorted(waits)


def test_an_answer_that_drips_is_cut_at_the_deadline(place):
    post = due_post(place.stream)
    place.receiver.plan(drip(0.05))
    began = time.monotonic()
    send_due(lease_seconds=2)
    assert time.monotonic() - began < 3
    row = delivery_of(post)
    assert (row.state, row.ambiguous) == ("retry", True)


def test_one_slow_place_does_not_hold_up_another(place):
    from tests.channels.steps import connected

    other, _ = connected(place.receiver, place.account.channel, path="/other")
    slow, quick = due_post(place.stream), due_post(other)
    place.receiver.plan(answer(200, delay=1.5))
    send_due()
    assert delivery_of(quick).state == delivery_of(slow).state == "delivered"
    (call,) = place.receiver.at("/other")
    assert call.at - place.calls()[0].at < 0.5


def test_an_enormous_answer_is_not_read_to_its_end(place):
    post = due_post(place.stream)
    whole = 40_000_000
    place.receiver.plan(answer(200, body=b"x" * whole))
    send_due()
    assert delivery_of(post).state == "delivered"
    assert place.receiver.bytes_sent < whole / 2


def test_the_ladder_ends_with_a_reason(place):
    post = due_post(place.stream)
    place.receiver.refuse()
    delivery_of(post).attempts = len(place.adapter.ladder)
    db.session.commit()
    send_due()
    row = delivery_of(post)
    assert row.state == "failed"
    assert row.reason.endswith(f"Given up after {len(place.adapter.ladder) + 1} attempts.")


def test_the_ladder_after_an_unclear_attempt_ends_in_unknown(place):
    post = due_post(place.stream)
    place.receiver.plan(reset_after_processing(), answer(503))
    send_due()
    row = delivery_of(post)
    row.attempts = len(place.adapter.ladder)
    bring_forward(row)
    send_due()
    assert delivery_of(post).state == "unknown"
