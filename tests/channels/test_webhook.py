"""The webhook channel: the contract, and Standard Webhooks 1.0 as its own library verifies it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from calendar_app.channels.connecting import connect
from calendar_app.channels.connecting import test_account as try_out
from calendar_app.channels.packing import open_secrets
from calendar_app.channels.webhook import signing
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.posts.withdrawing import withdraw
from calendar_app.times import rfc3339
from tests.channels.contract import *  # noqa: F403
from tests.channels.contract import Place
from tests.channels.http_contract import *  # noqa: F403
from tests.channels.steps import SECRET, connected, delivery_of, due_post, send_due
from tests.factories import make_actor, make_stream, make_team
from tests.receiver import answer


@pytest.fixture
def place(app, receiver):
    stream, account = connected(receiver)
    return Place(account, stream, receiver.at, receiver.effects, receiver)


def new_account(url, secrets=None, team=None):
    team = team or make_team()
    made = connect("webhook", "City website", {"url": url}, secrets, actor=make_actor(team), team_id=team.id,
                   now=database_now())  # fmt: skip
    db.session.commit()
    return made


def test_the_library_of_the_standard_verifies_what_we_sign(place):
    due_post(place.stream, title="Brua er stengt 🚧", text="Til «mandag» – kanskje.")
    send_due()
    (call,) = place.calls()
    assert Webhook(SECRET).verify(call.body, call.headers)["type"] == "post.published"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(call.body + b" ", call.headers)


def test_each_attempt_is_signed_at_its_own_time(place):
    place.receiver.plan(answer(429, retry_after="1"))
    due_post(place.stream)
    send_due()
    stamps = []
    for call in place.calls():
        Webhook(SECRET).verify(call.body, call.headers)
        stamps.append(int(call.headers["webhook-timestamp"]))
    assert stamps[1] > stamps[0]


def test_the_body_tells_all_of_a_post(place):
    team = place.stream.team
    stream = make_stream(team, handle="road-works")
    stream.accounts.append(place.account)
    second = make_stream(team, handle="bridges")
    starts = datetime(2031, 5, 1, 16, tzinfo=UTC)
    post = due_post(
        stream, second, title="Bridge closed", text="Until *Monday*.", link="https://example.org/bridge",
        language="nb", event_starts_at=starts, event_ends_at=None, event_timezone="Europe/Oslo",
        event_location="The bridge",
    )  # fmt: skip
    send_due()
    (call,) = place.calls()
    assert call.method == "POST"
    assert call.headers["content-type"] == "application/json"
    assert call.headers["webhook-id"] == delivery_of(post).key
    assert json.loads(call.body) == {
        "type": "post.published",
        "timestamp": rfc3339(post.published_at),
        "data": {
            "id": post.uuid,
            "title": "Bridge closed",
            "text": "Until *Monday*.",
            "html": "<p>Until <em>Monday</em>.</p>\n",
            "link": "https://example.org/bridge",
            "language": "nb",
            "streams": ["road-works", "bridges"],
            "url": f"http://127.0.0.1:8000/posts/{post.uuid}",
            "event": {"starts_at": "2031-05-01T16:00:00Z", "ends_at": None, "timezone": "Europe/Oslo",
                      "location": "The bridge"},
            "pictures": [],
            "published_at": rfc3339(post.published_at),
        },
    }  # fmt: skip


def test_a_withdrawal_is_told_with_its_own_time(place):
    post = due_post(place.stream)
    send_due()
    withdraw(post, actor=make_actor(post.team), now=database_now())
    send_due()
    body = json.loads(place.calls()[1].body)
    assert (body["type"], body["timestamp"]) == ("post.withdrawn", rfc3339(post.withdrawn_at))
    assert body["data"]["id"] == post.uuid


def test_the_receivers_name_for_the_request_is_kept(place):
    place.receiver.plan(answer(202, x_request_id="r-17"))
    post = due_post(place.stream)
    send_due()
    assert delivery_of(post).external_id == "r-17"


@pytest.mark.parametrize("status", [400, 405, 413, 415, 422])
def test_what_the_receiver_refuses_is_not_sent_again(place, status):
    place.receiver.plan(answer(status))
    post = due_post(place.stream)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.reason) == ("failed", f"The receiver refused the post ({status}).")
    assert place.account.state == "ok"


@pytest.mark.parametrize("status", [401, 403, 404, 408])
def test_what_an_operator_may_mend_is_tried_again(place, status):
    place.receiver.plan(answer(status))
    post = due_post(place.stream)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.ambiguous, row.reason) == ("retry", False, f"The receiver answered {status}.")


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_error_may_have_taken_the_post(place, status):
    place.receiver.plan(answer(status, processes=True))
    post = due_post(place.stream)
    send_due()
    assert (delivery_of(post).state, delivery_of(post).ambiguous) == ("retry", True)


def test_the_ladder_reaches_over_three_days_as_the_standard_asks():
    from calendar_app.channels.registry import adapter_for

    ladder = adapter_for("webhook", {}).ladder
    assert (ladder[0], ladder[-1]) == (5, 24 * 3600)
    assert sum(ladder) >= 3 * 24 * 3600


def test_a_made_secret_is_returned_once_and_kept_sealed(app, receiver):
    account, shown = new_account(receiver.address())
    assert set(shown) == {"secret"}
    assert len(signing.key_of(shown["secret"])) == 32
    assert open_secrets(account) == shown
    assert shown["secret"] not in str(account.sealed)
    assert "secret" not in account.settings


def test_a_secret_of_ones_own_is_used_and_not_shown(app, receiver):
    account, shown = new_account(receiver.address(), {"secret": SECRET})
    assert shown == {}
    assert open_secrets(account) == {"secret": SECRET}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "secret", ["short", "whsec_", "whsec_ikke base64!", "whsec_" + base64.b64encode(b"x" * 23).decode()]
)
def test_a_weak_or_broken_secret_is_refused(app, receiver, secret):
    with pytest.raises(Refused) as problem:
        new_account(receiver.address(), {"secret": secret})
    assert set(problem.value.errors) == {"secrets.secret"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "url",
    ["", "hook", "ftp://example.org/", "https://", "javascript:alert(1)", "https://name:word@example.org/",
     "http://10.0.0.1/", "http://169.254.169.254/latest", "http://[::1]/", "http://[fd00::1]/hook",
     "http://[64:ff9b::7f00:1]/"],
)  # fmt: skip
def test_an_address_that_must_not_be_called_is_refused_at_its_field(app, url):
    with pytest.raises(Refused) as problem:
        new_account(url)
    assert set(problem.value.errors) == {"settings.url"}
    assert problem.value.errors["settings.url"].endswith(".")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_host_that_the_dns_does_not_know_yet_may_be_entered(app):
    account, _ = new_account("https://not-yet.invalid/hook")
    with pytest.raises(Refused) as problem:
        try_out(account, actor=make_actor(account.team), now=database_now())
    assert "not-yet.invalid" in problem.value.errors["test"]


def test_a_test_is_signed_and_says_that_it_is_one(place):
    sentence = try_out(place.account, actor=make_actor(place.stream.team), now=database_now())
    (call,) = place.calls()
    body = Webhook(SECRET).verify(call.body, call.headers)
    assert body["type"] == "test"
    assert body["data"]["account"] == place.account.name
    assert sentence.startswith("The address answered 200 in ")


@pytest.mark.parametrize("status", [302, 404, 410, 500, 503])
def test_a_test_that_is_not_welcome_says_what_came_back(place, status):
    place.receiver.plan(answer(status))
    with pytest.raises(Refused) as problem:
        try_out(place.account, actor=make_actor(place.stream.team), now=database_now())
    assert str(status) in problem.value.errors["test"]
    assert place.account.state == "ok"


@given(
    key=st.binary(min_size=24, max_size=64), message=st.uuids().map(str), body=st.binary(max_size=2000),
)  # fmt: skip
def test_any_body_signed_with_any_good_secret_verifies(key, message, body):
    import time

    secret = "whsec_" + base64.b64encode(key).decode()
    stamp = int(time.time())
    text = json.dumps({"body": body.hex()}).encode()
    headers = {"webhook-id": message, "webhook-timestamp": str(stamp),
               "webhook-signature": signing.signature(secret, message, stamp, text)}  # fmt: skip
    assert Webhook(secret).verify(text, headers) == {"body": body.hex()}
