"""What every channel without a key promises: what may have arrived is never sent again by itself."""

from __future__ import annotations

import time

import pytest

from calendar_app.channels.packing import open_secrets
from calendar_app.channels.resolving import resolve
from calendar_app.extensions import database_now, db
from tests.channels.http_contract import (  # noqa: F401
    test_a_redirect_is_a_failure_and_is_not_followed,
    test_a_refused_connection_is_tried_again_after_the_wait_that_the_row_keeps,
    test_a_short_wait_is_waited_for_and_not_shortened,
    test_each_wait_is_longer_than_the_one_before,
    test_the_ladder_ends_with_a_reason,
    test_the_time_that_a_busy_place_names_is_kept,
    test_what_certainly_did_not_arrive_goes_out_in_its_newest_form,
)
from tests.channels.steps import bring_forward, delivery_of, due_post, send_due
from tests.factories import make_actor
from tests.receiver import answer, drip, reset_after_processing, reset_before_processing


@pytest.mark.parametrize(
    "mishap",
    [reset_after_processing(), reset_before_processing(), answer(500, processes=True), answer(502)],
    ids=["reset after", "reset before", "500", "502"],
)
def test_what_may_have_arrived_is_unknown_and_not_sent_again(place, mishap):
    post = due_post(place.stream)
    place.receiver.plan(mishap)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.ambiguous, row.attempts) == ("unknown", True, 1)
    assert send_due() == 0
    assert len(place.calls()) == 1


def test_a_person_who_has_looked_may_send_it_again(place):
    post = due_post(place.stream)
    place.receiver.plan(reset_before_processing())
    send_due()
    resolve(delivery_of(post), "send again", actor=make_actor(post.team), now=database_now())
    assert send_due() == 1
    assert delivery_of(post).state == "delivered"
    assert len(place.effects()) == 1


def test_an_answer_that_drips_is_cut_at_the_deadline(place):
    post = due_post(place.stream)
    place.receiver.plan(drip(0.05))
    began = time.monotonic()
    send_due(lease_seconds=2)
    assert time.monotonic() - began < 3
    assert delivery_of(post).state == "unknown"


def test_what_was_refused_for_now_goes_out_once_later(place):
    post = due_post(place.stream)
    place.receiver.plan(answer(503), answer(429))
    for _ in range(3):
        send_due()
        bring_forward(delivery_of(post))
    row = delivery_of(post)
    assert (row.state, row.attempts) == ("delivered", 3)
    assert len(place.effects()) == 1


def test_no_secret_is_told_in_a_reason_or_a_log(place, caplog):
    db.session.commit()
    secrets = open_secrets(place.account)
    caplog.set_level(0)
    told = []
    for mishap in (
        answer(400),
        answer(401),
        answer(403),
        answer(404),
        answer(418),
        answer(500),
        reset_after_processing(),
    ):
        place.account.state = "ok"
        post = due_post(place.stream)
        place.receiver.plan(mishap)
        send_due()
        row = delivery_of(post)
        told += [
            row.reason or "",
            place.account.state_reason or "",
            str(row.payload),
            str(row.notes),
            str(place.account.settings),
        ]
    assert any(told)
    hidden = [secret.rpartition("/")[2] for secret in secrets.values()]
    assert hidden
    assert not [text for text in (*told, caplog.text) for secret in hidden if secret in text]
