"""What became of a delivery, as people understand it: the same words on the page and in the API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calendar_app.channels.adapter import NotYet
from calendar_app.channels.log.adapter import LogAdapter
from calendar_app.channels.outcomes import outcome
from calendar_app.channels.registry import ADAPTERS
from calendar_app.extensions import database_now, db
from calendar_app.times import rfc3339
from tests.channels.steps import delivery_of, due_post, send_due
from tests.factories import make_account, make_person, make_stream

BUSY = "The receiver is busy (503)."


@pytest.fixture
def row(app):
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    post = due_post(stream)
    send_due()
    found = delivery_of(post)
    # Whatever else this machine is busy with.
    found.sent_at = found.due_at
    return found


def left(row, state, reason, after=timedelta()):
    row.state, row.reason, row.next_at = state, reason, database_now() + after
    db.session.commit()
    return outcome(row, rfc3339, now=database_now())


@pytest.mark.parametrize(
    ("state", "reason", "told"),
    [
        ("delivered", None, "Delivered."),
        ("failed", BUSY, f"Failed because: {BUSY}"),
        ("failed", None, "Failed."),
        ("missed", "too late", "Missed because: too late"),
        (
            "unknown",
            "A worker died in mid call.",
            "May have gone out: please look. A worker died in mid call.",
        ),
        ("cancelled", "The post was taken back to draft.", "Cancelled. The post was taken back to draft."),
        ("retry", BUSY, f"Trying again now. {BUSY}"),
    ],
)
def test_each_outcome_has_its_words(row, state, reason, told):
    assert left(row, state, reason) == told


def test_a_wait_names_its_end(row):
    told = left(row, "retry", BUSY, timedelta(minutes=5))
    assert told == f"Waiting to try again at {rfc3339(row.next_at)}. {BUSY}"


def test_what_waits_for_its_account_says_so(row):
    row.account.state, row.account.state_reason = "paused", "Paused by Kari Nordmann."
    assert left(row, "pending", None) == "Waits: the account is out of order. Paused by Kari Nordmann."


def test_the_page_of_the_post_says_the_same(row, signed_in):
    left(row, "retry", BUSY, timedelta(minutes=5))
    page = signed_in(make_person(row.post.team)).get(f"/posts/{row.post.uuid}/edit").text
    assert "Waiting to try again at" in page and BUSY in page
    left(row, "unknown", BUSY)
    page = signed_in(make_person(row.post.team)).get(f"/posts/{row.post.uuid}/edit").text
    assert "May have gone out: please look." in page


def test_what_held_a_delivery_up_is_told_when_it_has_gone_out_after_all(row):
    row.held_up = "A worker died in mid call."
    assert left(row, "delivered", None) == "Delivered. Tried again because: A worker died in mid call."


def test_a_late_one_says_why_it_was_late_as_far_as_can_be_told(row):
    row.sent_at = row.due_at + timedelta(seconds=90)
    row.post.published_at = row.post.due_at
    assert left(row, "delivered", None).startswith(
        "Delivered. It waited for its turn: the account was paused"
    )
    row.post.published_at = row.sent_at
    assert left(row, "delivered", None).startswith("Delivered. Sluice came to it late: it was stopped")


def test_a_list_that_is_sent_in_portions_was_not_held_up(app, monkeypatch):
    stream = make_stream()
    account = make_account(stream.team, streams=[stream])
    monkeypatch.setitem(ADAPTERS, account.channel, InPortions())
    post = due_post(stream)
    send_due()
    assert (delivery_of(post).state, delivery_of(post).held_up) == ("retry", None)
    assert delivery_of(post).reason == "Sent to 5 of 9 addresses. The rest follows."


class InPortions(LogAdapter):
    def send(self, parcel, call):
        call.before_first_byte()
        raise NotYet("Sent to 5 of 9 addresses. The rest follows.", after=call.now() + timedelta(minutes=1))
