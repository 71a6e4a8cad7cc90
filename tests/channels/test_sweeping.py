"""What got stuck is settled, honestly: repeated where that is harmless, unknown where it is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calendar_app.channels.claiming import Outcome, finish
from calendar_app.channels.connecting import disconnect, pause
from calendar_app.channels.sweeping import end_stranded, miss_overdue, sweep
from calendar_app.extensions import database_now, db
from calendar_app.posts.withdrawing import withdraw
from tests.channels.steps import (
    claimed,
    connected,
    delivery_of,
    due_post,
    let_lease_expire,
    published,
    send_due,
)
from tests.factories import make_actor, make_stream
from tests.receiver import reset_after_processing


def died_in_mid_call(receiver, channel):
    """A delivery whose worker was killed after the claim: its lease has run out."""
    stream, _ = connected(receiver, channel)
    post = published(stream)
    (taken,) = claimed()
    let_lease_expire(taken.delivery)
    return post, taken


def swept():
    count = sweep() + end_stranded()
    db.session.commit()
    return count


def test_a_keyed_channel_tries_again_at_once_with_the_same_key(app, receiver):
    post, taken = died_in_mid_call(receiver, "webhook")
    key = taken.delivery.key
    assert swept() == 1
    row = delivery_of(post)
    assert (row.state, row.key, row.ambiguous, row.lease_until) == ("retry", key, True, None)
    assert row.next_at <= database_now()
    send_due()
    assert delivery_of(post).state == "delivered"
    assert list(receiver.effects()) == [key]


def test_what_can_be_read_back_is_looked_at_after_a_grace(app, receiver, odd_channels):
    post, _ = died_in_mid_call(receiver, "guestbook")
    before = database_now()
    assert swept() == 1
    row = delivery_of(post)
    assert (row.state, row.ambiguous) == ("retry", True)
    assert timedelta(seconds=60) <= row.next_at - before < timedelta(seconds=63)


def test_the_rest_is_unknown_and_never_sent_again_by_itself(app, receiver, odd_channels):
    post, _ = died_in_mid_call(receiver, "postcard")
    assert swept() == 1
    row = delivery_of(post)
    assert (row.state, row.ambiguous) == ("unknown", True)
    assert "look, then say" in row.reason
    assert row.finished_at is not None
    assert send_due() == 0
    assert receiver.ledger == []


def test_the_sweeper_takes_the_fence_from_a_worker_that_comes_back(app, receiver):
    post, taken = died_in_mid_call(receiver, "webhook")
    swept()
    outcome = Outcome(taken.delivery.id, taken.fence, "delivered")
    assert finish([outcome]) == [outcome]
    assert delivery_of(post).state == "retry"


def test_two_sweepers_settle_a_delivery_once(app, receiver):
    post, _ = died_in_mid_call(receiver, "webhook")
    assert (swept(), swept()) == (1, 0)
    assert delivery_of(post).fence == 2


def test_a_running_lease_is_left_alone(app, receiver):
    stream, _ = connected(receiver)
    post = published(stream)
    claimed()
    assert swept() == 0
    assert delivery_of(post).state == "sending"


def test_a_lease_that_expires_is_repeated_by_the_next_drain(app, receiver):
    post, _ = died_in_mid_call(receiver, "webhook")
    assert send_due() == 1
    assert delivery_of(post).state == "delivered"
    assert len(receiver.effects()) == 1


@pytest.mark.parametrize(("minutes", "state"), [(59, "pending"), (61, "missed")])
def test_what_waited_past_the_grace_of_its_stream_is_missed(app, receiver, minutes, state):
    stream, account = connected(receiver)
    pause(account, actor=make_actor(stream.team), now=database_now())
    post = published(stream)
    row = delivery_of(post)
    row.due_at = row.next_at = database_now() - timedelta(minutes=minutes)
    db.session.commit()
    assert miss_overdue() == (1 if state == "missed" else 0)
    db.session.commit()
    assert delivery_of(post).state == state
    if state == "missed":
        assert "Paused by" in delivery_of(post).reason


def test_what_was_tried_already_is_not_missed(app, receiver):
    stream, _ = connected(receiver)
    receiver.refuse()
    post = due_post(stream)
    send_due()
    row = delivery_of(post)
    row.due_at = row.next_at = database_now() - timedelta(days=1)
    db.session.commit()
    assert miss_overdue() == 0
    receiver.listen()
    send_due()
    assert delivery_of(post).state == "delivered"


def test_the_grace_is_that_of_the_home_stream(app, receiver):
    stream, account = connected(receiver, stream=make_stream(grace_minutes=5))
    other = make_stream(stream.team, grace_minutes=10_000)
    pause(account, actor=make_actor(stream.team), now=database_now())
    post = published(stream, other)
    row = delivery_of(post)
    row.due_at = row.next_at = database_now() - timedelta(minutes=6)
    db.session.commit()
    assert miss_overdue() == 1


def test_a_retry_of_a_post_withdrawn_in_between_does_not_wait_for_ever(app, receiver):
    stream, _ = connected(receiver)
    post = published(stream)
    (taken,) = claimed()
    withdraw(post, actor=make_actor(stream.team), now=database_now())
    finish([Outcome(taken.delivery.id, taken.fence, "retry", "Refused.", after=database_now())])
    db.session.commit()
    swept()
    assert (delivery_of(post).state, delivery_of(post).reason) == (
        "cancelled", "The post was withdrawn before it went out here.",
    )  # fmt: skip


def test_an_unclear_retry_of_a_withdrawn_post_is_unknown(app, receiver):
    stream, _ = connected(receiver)
    post = published(stream)
    (taken,) = claimed()
    withdraw(post, actor=make_actor(stream.team), now=database_now())
    finish([Outcome(taken.delivery.id, taken.fence, "retry", "Reset.", after=database_now(), ambiguous=True)])
    db.session.commit()
    swept()
    assert delivery_of(post).state == "unknown"


def test_a_retry_of_a_disconnected_account_does_not_wait_for_ever(app, receiver):
    stream, account = connected(receiver)
    post = published(stream)
    (taken,) = claimed()
    disconnect(account, actor=make_actor(stream.team), now=database_now())
    finish([Outcome(taken.delivery.id, taken.fence, "retry", "Refused.", after=database_now())])
    db.session.commit()
    swept()
    assert (delivery_of(post).state, delivery_of(post).reason) == (
        "cancelled",
        "The account was disconnected.",
    )


def test_a_post_that_may_have_arrived_is_followed_by_its_withdrawal(app, receiver):
    stream, _ = connected(receiver)
    receiver.plan(reset_after_processing())
    post = due_post(stream)
    send_due()
    assert delivery_of(post).state == "retry"

    withdraw(post, actor=make_actor(stream.team), now=database_now())
    send_due()

    assert delivery_of(post).state == "unknown"
    assert delivery_of(post, action="withdraw").state == "delivered"
    assert [b"post.withdrawn" in call.body for call in receiver.ledger] == [False, True]


def test_many_who_may_still_wait_do_not_hide_one_who_may_not(app, receiver, monkeypatch):
    monkeypatch.setattr("calendar_app.channels.sweeping.MOST_AT_ONCE", 3)
    patient, account = connected(receiver, stream=make_stream(grace_minutes=10_000))
    hasty = make_stream(patient.team, grace_minutes=5)
    hasty.accounts.append(account)
    pause(account, actor=make_actor(patient.team), now=database_now())
    waiting = [published(patient, ago=600) for _ in range(5)]
    late = published(hasty)
    row = delivery_of(late)
    row.due_at = row.next_at = database_now() - timedelta(minutes=6)
    db.session.commit()
    assert miss_overdue() == 1
    db.session.commit()
    assert delivery_of(late).state == "missed"
    assert {delivery_of(post).state for post in waiting} == {"pending"}
