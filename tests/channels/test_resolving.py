"""A person decides: "sent" or "send again", for what Sluice cannot settle alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.channels.connecting import disconnect, pause, resume
from calendar_app.channels.resolving import can_send_again, resolve
from calendar_app.errors import Conflict, NotAllowed, Refused
from calendar_app.extensions import database_now, db
from calendar_app.people.models import Audit
from calendar_app.posts.drafting import edit
from calendar_app.posts.withdrawing import withdraw
from tests.channels.steps import connected, delivery_of, due_post, send_due
from tests.factories import make_actor
from tests.receiver import answer, reset_after_processing


def decide(row, outcome, actor=None):
    resolve(row, outcome, actor=actor or make_actor(row.post.team, "editor"), now=database_now())
    db.session.commit()


def left_in(state, receiver, channel="webhook"):
    """A delivery in this state, by the way that leads there."""
    stream, account = connected(receiver, channel)
    if state == "failed":
        receiver.plan(answer(422))
    elif state == "unknown":
        receiver.plan(reset_after_processing(), answer(422))
    else:
        pause(account, actor=make_actor(stream.team), now=database_now())
    post = due_post(stream)
    send_due()
    row = delivery_of(post)
    row.next_at = database_now() - timedelta(minutes=2)
    if state == "missed":
        row.due_at = database_now() - timedelta(hours=2)
    send_due()
    if state == "missed":
        resume(account, actor=make_actor(stream.team), now=database_now())
    db.session.commit()
    row = delivery_of(post)
    assert row.state == state
    return row


@pytest.mark.parametrize("state", ["failed", "unknown", "missed"])
def test_what_was_found_is_marked_as_sent_and_never_sent_again(app, receiver, state):
    row = left_in(state, receiver)
    calls = len(receiver.ledger)
    decide(row, "sent")
    assert (row.state, row.reason) == ("delivered", "Marked as sent by Kari Nordmann.")
    assert row.finished_at is not None
    assert send_due() == 0
    assert len(receiver.ledger) == calls


@pytest.mark.parametrize("state", ["failed", "unknown", "missed"])
def test_what_was_not_found_is_sent_again_under_the_same_key(app, receiver, state):
    row = left_in(state, receiver)
    key, fence = row.key, row.fence
    decide(row, "send again")
    assert (row.state, row.attempts, row.reason, row.sent_at) == ("pending", 0, None, None)
    assert send_due() == 1
    row = delivery_of(row.post)
    assert (row.state, row.key, row.attempts) == ("delivered", key, 1)
    assert row.fence > fence
    assert {call.key for call in receiver.ledger} == {key}
    assert len(receiver.effects()) == 1


def test_a_keyed_repeat_of_what_may_have_arrived_is_the_same_bytes(app, receiver):
    row = left_in("unknown", receiver)
    post = row.post
    edit(
        post,
        {"text": "Quite different."},
        version=post.version,
        actor=make_actor(post.team),
        now=database_now(),
    )
    decide(row, "send again")
    send_due()
    assert receiver.ledger[0].body == receiver.ledger[-1].body


def test_without_a_key_the_post_goes_out_as_it_stands_now(app, receiver, odd_channels):
    stream, _ = connected(receiver, "postcard")
    receiver.plan(reset_after_processing())
    post = due_post(stream, text="As it was.")
    send_due()
    row = delivery_of(post)
    assert row.state == "unknown"
    edit(
        post,
        {"text": "Quite different."},
        version=post.version,
        actor=make_actor(post.team),
        now=database_now(),
    )
    decide(row, "send again")
    assert row.ambiguous is False
    send_due()
    assert delivery_of(post).state == "delivered"
    assert b"Quite different." in receiver.ledger[-1].body


def test_where_one_can_look_the_repeat_looks_first(app, receiver, odd_channels):
    stream, _ = connected(receiver, "guestbook")
    receiver.plan(reset_after_processing())
    post = due_post(stream)
    send_due()
    row = delivery_of(post)
    row.state = "unknown"
    decide(row, "send again")
    send_due()
    assert [call.method for call in receiver.ledger] == ["POST", "GET"]
    assert delivery_of(post).state == "delivered"


def test_a_second_chance_has_the_whole_ladder_and_the_whole_grace(app, receiver):
    row = left_in("missed", receiver)
    decide(row, "send again")
    receiver.refuse()
    send_due()
    row = delivery_of(row.post)
    assert (row.state, row.attempts) == ("retry", 1)
    assert database_now() - row.due_at < timedelta(seconds=10)


def test_a_second_chance_waits_for_a_paused_account(app, receiver):
    row = left_in("failed", receiver)
    actor = make_actor(row.post.team)
    pause(row.account, actor=actor, now=database_now())
    decide(row, "send again")
    assert send_due() == 0
    assert delivery_of(row.post).state == "pending"
    resume(row.account, actor=actor, now=database_now())
    send_due()
    assert delivery_of(row.post).state == "delivered"


@pytest.mark.parametrize("state", ["pending", "delivered", "retry", "cancelled"])
@pytest.mark.parametrize("outcome", ["sent", "send again"])
def test_what_is_settled_or_under_way_is_not_for_people_to_decide(app, receiver, state, outcome):
    stream, _ = connected(receiver)
    post = due_post(stream)
    send_due()
    row = delivery_of(post)
    row.state = state
    db.session.commit()
    with pytest.raises(Conflict, match=f"This delivery is {state}"):
        decide(row, outcome)
    db.session.rollback()
    assert row.state == state


def test_the_same_decision_twice_sends_once(app, receiver):
    row = left_in("failed", receiver)
    decide(row, "send again")
    with pytest.raises(Conflict):
        decide(row, "send again")
    db.session.rollback()
    send_due()
    assert sum(call.processed for call in receiver.ledger) == 1


@pytest.mark.parametrize("outcome", ["", "delivered", "again", None])
def test_an_outcome_that_does_not_exist_is_refused(app, receiver, outcome):
    row = left_in("failed", receiver)
    with pytest.raises(Refused) as problem:
        decide(row, outcome)
    assert set(problem.value.errors) == {"outcome"}


@pytest.mark.parametrize("role", ["author", "viewer"])
def test_only_editors_and_owners_decide(app, receiver, role):
    row = left_in("failed", receiver)
    with pytest.raises(NotAllowed):
        decide(row, "sent", make_actor(row.post.team, role))
    with pytest.raises(NotAllowed):
        decide(row, "sent", make_actor())


def test_nothing_is_sent_to_an_account_that_was_let_go(app, receiver):
    row = left_in("failed", receiver)
    assert can_send_again(row)
    disconnect(row.account, actor=make_actor(row.post.team), now=database_now())
    db.session.commit()
    assert not can_send_again(row)
    with pytest.raises(Conflict, match="has been disconnected"):
        decide(row, "send again")
    decide(row, "sent")


def test_a_withdrawn_post_is_not_sent_again(app, receiver):
    row = left_in("failed", receiver)
    withdraw(row.post, actor=make_actor(row.post.team), now=database_now())
    db.session.commit()
    with pytest.raises(Conflict, match="The post is withdrawn: there is nothing to send"):
        decide(row, "send again")


def test_a_withdrawal_that_failed_can_be_sent_again(app, receiver):
    stream, _ = connected(receiver)
    post = due_post(stream)
    send_due()
    receiver.plan(answer(422))
    withdraw(post, actor=make_actor(post.team), now=database_now())
    send_due()
    row = delivery_of(post, action="withdraw")
    assert row.state == "failed"
    decide(row, "send again")
    send_due()
    assert delivery_of(post, action="withdraw").state == "delivered"


def test_a_post_that_was_missed_as_a_whole_needs_a_new_time(app, receiver):
    stream, _ = connected(receiver)
    post = due_post(stream, ago=7200)
    send_due()
    row = delivery_of(post)
    assert (post.state, row.state) == ("missed", "missed")
    with pytest.raises(Conflict, match="Give it a new time, or publish it now"):
        decide(row, "send again")


def test_a_decision_is_on_record(app, receiver):
    row = left_in("failed", receiver)
    decide(row, "sent")
    entry = db.session.scalars(sa.select(Audit).where(Audit.action == "delivery resolved")).one()
    assert (entry.subject, entry.team_id) == (row.key, row.post.team_id)
    assert entry.before == {
        "state": "failed",
        "reason": "The receiver refused the post (422).",
        "attempts": 1,
    }
    assert entry.after == {"outcome": "sent"}
