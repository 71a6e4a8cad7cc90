"""What every channel promises that can be read back: what is there is found, what is not is sent, and never twice.

The receiver keeps `messages`.
"""

from __future__ import annotations

import pytest

from calendar_app.channels.sending import LOOK_GRACE
from calendar_app.extensions import database_now
from tests.channels.http_contract import (  # noqa: F401
    test_a_redirect_is_a_failure_and_is_not_followed,
    test_a_refused_connection_is_tried_again_after_the_wait_that_the_row_keeps,
    test_a_short_wait_is_waited_for_and_not_shortened,
    test_each_wait_is_longer_than_the_one_before,
    test_the_ladder_after_an_unclear_attempt_ends_in_unknown,
    test_the_ladder_ends_with_a_reason,
    test_the_time_that_a_busy_place_names_is_kept,
    test_what_certainly_did_not_arrive_goes_out_in_its_newest_form,
)
from tests.channels.steps import (
    bring_forward,
    claimed,
    delivery_of,
    due_post,
    let_lease_expire,
    published,
    send_due,
)
from tests.receiver import answer, reset_after_processing, reset_before_processing


def sent_by(place):
    return [call for call in place.calls() if call.method == "POST"]


@pytest.mark.parametrize(
    ("mishap", "posts"),
    [(reset_after_processing(), 1), (answer(500, processes=True), 1), (answer(200, body=b"[]"), 1),
     (reset_before_processing(), 2), (answer(502), 2)],
    ids=["reset after", "500 after", "no name", "reset before", "502"],
)  # fmt: skip
def test_what_may_have_arrived_is_looked_for_and_there_once(place, mishap, posts):
    place.receiver.say("Somebody else's words.")
    post = due_post(place.stream)
    place.receiver.plan(mishap)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.ambiguous) == ("retry", True)
    assert row.next_at - database_now() > LOOK_GRACE * 0.9
    place.receiver.say("And more of them.")
    bring_forward(row)
    send_due()
    row = delivery_of(post)
    assert (row.state, len(sent_by(place)), len(place.receiver.messages)) == ("delivered", posts, 3)
    assert row.external_id in str(place.receiver.messages)


def test_after_a_worker_died_in_mid_call_it_is_looked_for_as_well(place):
    post = published(place.stream)
    (taken,) = claimed()
    let_lease_expire(taken.delivery)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.ambiguous, place.calls()) == ("retry", True, [])
    bring_forward(row)
    send_due()
    assert (delivery_of(post).state, len(place.receiver.messages)) == ("delivered", 1)


@pytest.mark.parametrize("mishap", [answer(503), answer(500), reset_after_processing()])
def test_while_the_place_cannot_be_read_nothing_is_sent(place, mishap):
    post = due_post(place.stream)
    place.receiver.plan(reset_after_processing(), mishap)
    for _ in range(2):
        send_due()
        bring_forward(delivery_of(post))
    row = delivery_of(post)
    assert (row.state, row.ambiguous, len(sent_by(place))) == ("retry", True, 1)
    send_due()
    assert (delivery_of(post).state, len(place.receiver.messages)) == ("delivered", 1)


def test_among_too_many_messages_a_person_must_look(place, monkeypatch):
    module = __import__(type(place.adapter).__module__, fromlist=["AT_ONCE"])
    monkeypatch.setattr(module, "AT_ONCE", 2)
    monkeypatch.setattr(module, "MOST_PAGES", 2)
    post = due_post(place.stream)
    place.receiver.plan(reset_before_processing())
    send_due()
    for number in range(5):
        place.receiver.say(f"Words {number}")
    bring_forward(delivery_of(post))
    send_due()
    row = delivery_of(post)
    assert (row.state, len(sent_by(place))) == ("unknown", 1)
    assert row.reason == "The channel has had too many messages since to find this post again."


def test_a_key_that_is_refused_pauses_the_account(place):
    post = due_post(place.stream)
    place.receiver.plan(answer(401))
    send_due()
    assert (place.account.state, delivery_of(post).state) == ("paused", "retry")
