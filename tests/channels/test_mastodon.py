"""The channel `mastodon` against a server that knows the API, heeds keys or not, and misbehaves."""

from __future__ import annotations

import pytest

from calendar_app.channels.connecting import test_account as try_out
from calendar_app.errors import Refused
from calendar_app.extensions import database_now
from calendar_app.posts.withdrawing import withdraw
from tests.channels.contract import *  # noqa: F403
from tests.channels.http_contract import *  # noqa: F403
from tests.channels.mastodon_steps import mastodon_place
from tests.channels.steps import bring_forward, delivery_of, due_post, send_due
from tests.factories import make_actor
from tests.fake_mastodon import FakeMastodon
from tests.receiver import answer, drip, reset_after_processing

STATUSES = "/api/v1/accounts/101/statuses"


@pytest.fixture
def receiver():
    with FakeMastodon() as found:
        yield found


@pytest.fixture
def place(app, receiver):
    return mastodon_place(receiver)


# Of the shared promises, those that hold in another way for a channel that reads back what it has posted.


def test_a_reset_after_processing_is_repeated_with_the_same_bytes_and_takes_effect_once(place):
    """It is found there, and not repeated at all."""
    post = due_post(
        place.stream, text="Til «mandag» & *kanskje* lenger: https://example.org/a/very/long/address?of=it."
    )
    place.receiver.plan(reset_after_processing())
    send_due()
    row = delivery_of(post)
    assert (row.state, row.ambiguous) == ("retry", True)
    assert (row.next_at - database_now()).total_seconds() > 50
    bring_forward(row)
    send_due()
    assert len(place.calls()) == len(place.receiver.statuses) == 1
    row = delivery_of(post)
    assert (row.state, row.external_id) == ("delivered", place.receiver.statuses[0].id)
    assert row.external_url == f"https://social.example.org/@city/{row.external_id}"


def test_an_enormous_answer_is_not_read_to_its_end(place):
    """And proves nothing: it is looked for."""
    post = due_post(place.stream)
    whole = 40_000_000
    place.receiver.plan(answer(200, body=b"x" * whole))
    send_due()
    assert place.receiver.bytes_sent < whole / 2
    assert (delivery_of(post).state, delivery_of(post).ambiguous) == ("retry", True)
    bring_forward(delivery_of(post))
    send_due()
    assert delivery_of(post).state == "delivered"
    assert len(place.receiver.statuses) == 1


def test_one_slow_place_does_not_hold_up_another(place):
    with FakeMastodon() as elsewhere:
        other = mastodon_place(elsewhere)
        slow, quick = due_post(place.stream), due_post(other.stream)
        place.receiver.plan(answer(200, delay=1.5))
        send_due()
        assert delivery_of(quick).state == delivery_of(slow).state == "delivered"
        assert elsewhere.calls()[0].at - place.calls()[0].at < 0.5


def test_the_ladder_after_an_unclear_attempt_ends_in_unknown(place):
    post = due_post(place.stream)
    place.receiver.plan(reset_after_processing())
    place.receiver.plan(answer(503), path=STATUSES)
    send_due()
    row = delivery_of(post)
    row.attempts = len(place.adapter.ladder)
    bring_forward(row)
    send_due()
    assert delivery_of(post).state == "unknown"


# And what is Mastodon's own.


def test_a_post_is_a_status_with_its_link_language_and_visibility(place):
    due_post(
        place.stream,
        title="Bridge closed",
        text="Until *Monday*.",
        link="https://example.org/b",
        language="nb",
    )
    send_due()
    (status,) = place.receiver.statuses
    assert status.asked == {
        "status": "Bridge closed\n\nUntil Monday.\n\nhttps://example.org/b",
        "visibility": "public",
        "language": "nb",
    }
    (call,) = place.calls()
    assert call.headers["content-type"] == "application/json"
    assert call.headers["authorization"] == "Bearer tests-token-1"


def test_an_accounts_own_visibility_language_and_warning_go_with_each_post(app, receiver):
    place = mastodon_place(receiver, visibility="unlisted", language="sv", warning="Traffic")
    due_post(place.stream, title="", text="Closed.")
    send_due()
    assert receiver.statuses[0].asked == {
        "status": "Closed.", "visibility": "unlisted", "language": "sv", "spoiler_text": "Traffic", "sensitive": True,
    }  # fmt: skip


@pytest.mark.parametrize("keys", ["honoured", "ignored", "raced"])
@pytest.mark.parametrize("trouble", [reset_after_processing(), drip(0.05), answer(500, processes=True)])
def test_what_the_server_took_before_it_stumbled_stands_there_once(place, keys, trouble):
    place.receiver.keys = keys
    post = due_post(
        place.stream, text="Closed for @kari@social.example.org and #everybody, see https://example.org/x."
    )
    place.receiver.plan(trouble)
    send_due(lease_seconds=2)
    assert delivery_of(post).state == "retry"
    bring_forward(delivery_of(post))
    send_due()
    assert delivery_of(post).state == "delivered"
    assert len(place.receiver.statuses) == 1


@pytest.mark.parametrize("keys", ["honoured", "ignored"])
def test_what_the_server_did_not_take_is_posted_again(place, keys):
    place.receiver.keys = keys
    post = due_post(place.stream)
    place.receiver.plan(answer(502))
    send_due()
    assert delivery_of(post).ambiguous is True
    bring_forward(delivery_of(post))
    send_due()
    assert (delivery_of(post).state, len(place.receiver.statuses)) == ("delivered", 1)


def test_an_earlier_post_of_the_same_words_is_not_taken_for_this_one(place):
    first = due_post(place.stream, text="Reminder: the market is open.", ago=200)
    send_due()
    place.receiver.statuses[0].created_at = delivery_of(first).due_at
    second = due_post(place.stream, text="Reminder: the market is open.")
    place.receiver.plan(answer(502))
    send_due()
    bring_forward(delivery_of(second))
    send_due()
    assert len(place.receiver.statuses) == 2


def test_reading_back_that_fails_posts_nothing(place):
    post = due_post(place.stream)
    place.receiver.plan(reset_after_processing())
    send_due()
    for refusal in (answer(500), answer(200, body=b"[1, {}]"), answer(200, body=b"{"), answer(429)):
        place.receiver.plan(refusal, path=STATUSES)
        bring_forward(delivery_of(post))
        send_due()
        assert (delivery_of(post).state, len(place.calls())) == ("retry", 1)
    bring_forward(delivery_of(post))
    send_due()
    assert delivery_of(post).state == "delivered"


def test_a_status_among_many_later_ones_is_found(place):
    post = due_post(place.stream)
    place.receiver.plan(reset_after_processing())
    send_due()
    for number in range(45):
        place.receiver._post({"idempotency-key": str(number)}, b'{"status": "Another %d"}' % number)
    bring_forward(delivery_of(post))
    send_due()
    assert (delivery_of(post).state, len(place.receiver.statuses)) == ("delivered", 46)


@pytest.mark.parametrize("status", [401, 403])
def test_a_revoked_token_pauses_the_account_and_keeps_what_waits(place, status):
    place.receiver.plan(answer(status, body=b'{"error": "This action is not allowed"}'))
    post = due_post(place.stream)
    send_due()
    assert (delivery_of(post).state, place.account.state) == ("retry", "paused")
    assert place.account.state_reason == delivery_of(post).reason
    assert place.receiver.statuses == []


def test_the_servers_own_words_say_why_it_refused(place):
    place.receiver.most = 10
    post = due_post(place.stream)
    send_due()
    row = delivery_of(post)
    assert row.state == "failed"
    assert row.reason == (
        "The server refused the post: Validation failed: Text character limit of 10 exceeded"
    )


@pytest.mark.parametrize("body", [b"", b"ok ", b"{}", b"[]", b'{"id": null}', b'{"id": ""}'])
def test_a_200_that_names_no_status_is_no_success(place, body):
    place.receiver.plan(answer(200, body=body, processes=False))
    post = due_post(place.stream)
    send_due()
    assert (delivery_of(post).state, delivery_of(post).ambiguous) == ("retry", True)


def test_a_status_that_stands_there_without_its_text_is_told(place):
    place.receiver.empty = True
    post = due_post(place.stream)
    send_due()
    assert delivery_of(post).state == "failed"
    assert "without its text" in delivery_of(post).reason


def test_a_withdrawal_of_what_is_not_there_any_more_is_done(place):
    post = due_post(place.stream)
    send_due()
    place.receiver.statuses.clear()
    withdraw(post, actor=make_actor(place.stream.team), now=database_now())
    send_due()
    assert delivery_of(post, action="withdraw").state == "delivered"


def test_a_withdrawal_whose_answer_was_lost_is_made_again(place):
    post = due_post(place.stream)
    send_due()
    (status,) = place.receiver.statuses
    place.receiver.plan(reset_after_processing(), path=f"/api/v1/statuses/{status.id}")
    withdraw(post, actor=make_actor(place.stream.team), now=database_now())
    send_due()
    row = delivery_of(post, action="withdraw")
    assert (row.state, row.ambiguous) == ("retry", False)
    bring_forward(row)
    send_due()
    assert delivery_of(post, action="withdraw").state == "delivered"
    assert place.receiver.statuses == []


def test_a_test_says_who_is_signed_in(place):
    sentence = try_out(place.account, actor=make_actor(place.stream.team), now=database_now())
    assert sentence == f"Signed in as @city@127.0.0.1:{place.receiver.port}. It is ready."
    assert place.receiver.statuses == []


def test_a_test_learns_what_the_server_allows_now(place):
    place.receiver.most = 5000
    try_out(place.account, actor=make_actor(place.stream.team), now=database_now())
    assert place.account.settings["learnt"]["most"] == 5000


def test_a_token_that_may_not_post_is_told(place):
    place.receiver.scopes = ["read"]
    with pytest.raises(Refused) as problem:
        try_out(place.account, actor=make_actor(place.stream.team), now=database_now())
    assert "write:statuses" in problem.value.errors["test"]


def test_an_older_server_is_asked_in_the_older_way(place):
    place.receiver.old = True
    place.receiver.most = 777
    try_out(place.account, actor=make_actor(place.stream.team), now=database_now())
    assert place.account.settings["learnt"]["most"] == 777
