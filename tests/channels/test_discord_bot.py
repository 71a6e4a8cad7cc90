"""The channel `discord` by a bot, against a channel that keeps messages and heeds nonces for a while."""

from __future__ import annotations

import pytest

from calendar_app.channels.connecting import change
from calendar_app.extensions import database_now
from calendar_app.posts.withdrawing import withdraw
from tests.channels.chat_rooms import FakeDiscord
from tests.channels.contract import *  # noqa: F403
from tests.channels.looked_contract import *  # noqa: F403
from tests.channels.services import place_of
from tests.channels.steps import bring_forward, delivery_of, due_post, refused, send_due
from tests.channels.test_discord import HOOK
from tests.factories import make_actor
from tests.receiver import answer, reset_after_processing, reset_before_processing

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.tests1.tests_tests_tests_tests"
CHANNEL = FakeDiscord.CHANNEL
LONG = "The bridge is closed until the river falls again. " * 100


@pytest.fixture
def receiver():
    with FakeDiscord() as found:
        yield found


@pytest.fixture
def place(app, receiver):
    settings = {"channel": CHANNEL, "server": receiver.address("")}
    return place_of(receiver, "discord", settings, {"token": TOKEN})


def words(place):
    return " ".join(one["content"] for one in place.receiver.messages)


def test_a_message_carries_a_nonce_of_its_delivery(place):
    post = due_post(place.stream, title="", text="Until *Monday* @everyone.")
    send_due()
    (call,) = place.calls()
    assert (call.method, call.path) == ("POST", f"/channels/{CHANNEL}/messages")
    assert call.headers["authorization"] == f"Bot {TOKEN}"
    told = dict(call.json)
    assert 20 < len(told.pop("nonce")) <= 25
    assert told == {
        "content": "Until *Monday* @everyone.", "allowed_mentions": {"parse": []}, "enforce_nonce": True,
    }  # fmt: skip
    assert delivery_of(post).external_id == place.receiver.messages[0]["id"]


@pytest.mark.parametrize("remembers", [True, False])
@pytest.mark.parametrize("good", [1, 2])
@pytest.mark.parametrize("mishap", [reset_after_processing(), reset_before_processing(), answer(503)])
def test_several_messages_go_on_where_they_stopped_and_none_comes_twice(place, remembers, good, mishap):
    place.receiver.remembers = remembers
    post = due_post(place.stream, title="", text=LONG)
    place.receiver.plan(*[answer(200)] * good, mishap)
    send_due()
    row = delivery_of(post)
    assert row.state == "retry" and f"{good} of 3 parts are there already." in row.reason
    bring_forward(row)
    send_due()
    row = delivery_of(post)
    assert (row.state, words(place)) == ("delivered", LONG.strip())
    assert row.notes["pages"] == [one["id"] for one in place.receiver.messages]


def test_the_same_words_of_somebody_else_are_not_taken_for_ours(place):
    post = due_post(place.stream, title="", text="Open again.")
    place.receiver.plan(reset_before_processing())
    send_due()
    place.receiver.say("Open again.")
    bring_forward(delivery_of(post))
    send_due()
    assert (delivery_of(post).state, words(place)) == ("delivered", "Open again. Open again.")


def test_a_withdrawal_deletes_all_messages(place):
    post = due_post(place.stream, title="", text=LONG)
    send_due()
    withdraw(post, actor=make_actor(post.team), now=database_now())
    send_due()
    assert (delivery_of(post, action="withdraw").state, place.receiver.messages) == ("delivered", [])


def test_a_webhook_does_not_claim_to_have_deleted_what_the_bot_wrote(place):
    post = due_post(place.stream)
    send_due()
    hook = {"settings": {"channel": "", "server": ""}, "secrets": {"address": place.receiver.address(HOOK)}}
    change(place.account, hook, actor=make_actor(post.team), now=database_now())
    withdraw(post, actor=make_actor(post.team), now=database_now())
    send_due()
    row = delivery_of(post, action="withdraw")
    assert (row.state, len(place.receiver.messages)) == ("failed", 1)
    assert (
        row.reason == "This post went out another way than its account goes now. Delete it where it stands."
    )


@pytest.mark.parametrize("status", [403, 404])
def test_a_channel_that_the_bot_may_not_use_pauses_the_account(place, status):
    body = {
        403: b'{"message": "Missing Access", "code": 50001}',
        404: b'{"message": "Unknown Channel", "code": 10003}',
    }
    place.receiver.plan(answer(status, body=body[status]))
    post = due_post(place.stream)
    send_due()
    assert (place.account.state, delivery_of(post).state) == ("paused", "retry")


@pytest.mark.parametrize(
    ("settings", "secrets", "field"),
    [({"channel": "news"}, {"token": TOKEN}, "settings.channel"), ({"channel": CHANNEL}, {}, "secrets.token"),
     ({}, {"token": TOKEN}, "settings.channel"),
     ({"channel": CHANNEL, "server": "http://10.0.0.1"}, {"token": TOKEN}, "settings.server"),
     ({}, {}, "secrets.address")],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_at_its_field(app, settings, secrets, field):
    assert set(refused("discord", settings, secrets)) == {field}
