"""The channel `slack` by a bot, against a workspace that keeps messages with their metadata."""

from __future__ import annotations

import pytest

from calendar_app.channels.connecting import change, connect
from calendar_app.channels.packing import open_secrets
from calendar_app.extensions import database_now, db
from calendar_app.posts.withdrawing import withdraw
from tests.channels.chat_rooms import FakeSlack
from tests.channels.contract import *  # noqa: F403
from tests.channels.looked_contract import *  # noqa: F403
from tests.channels.services import place_of
from tests.channels.steps import delivery_of, due_post, refused, send_due
from tests.channels.test_slack import HOOK
from tests.factories import make_actor, make_team
from tests.receiver import answer, reset_after_processing

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

TOKEN = "xoxb-tests-tests-tests"
CHANNEL = FakeSlack.CHANNEL


@pytest.fixture
def receiver():
    with FakeSlack() as found:
        yield found


@pytest.fixture
def place(app, receiver):
    settings = {"channel": CHANNEL, "server": receiver.address("/api")}
    return place_of(receiver, "slack", settings, {"token": TOKEN})


def test_a_message_carries_its_delivery_where_nobody_sees_it(place):
    post = due_post(place.stream, title="", text="Until *Monday*.")
    send_due()
    (call,) = place.calls()
    row = delivery_of(post)
    assert (call.method, call.path) == ("POST", "/api/chat.postMessage")
    assert call.headers["authorization"] == f"Bearer {TOKEN}"
    assert call.json == {
        "channel": CHANNEL,
        "text": "Until _Monday_.",
        "metadata": {"event_type": "sluice_delivery", "event_payload": {"id": row.key}},
    }
    assert row.external_id == place.receiver.messages[0]["ts"]


@pytest.mark.parametrize(
    ("error", "account", "delivery"),
    [("token_revoked", "paused", "retry"), ("not_in_channel", "paused", "retry"), ("ratelimited", "ok", "retry"),
     ("fatal_error", "ok", "retry"), ("msg_too_long", "ok", "failed")],
)  # fmt: skip
def test_each_error_has_its_consequence(place, error, account, delivery):
    place.receiver.plan(answer(200, body=f'{{"ok": false, "error": "{error}"}}'.encode()))
    post = due_post(place.stream)
    send_due()
    row = delivery_of(post)
    assert (place.account.state, row.state, row.ambiguous) == (account, delivery, error == "fatal_error")


def test_a_withdrawal_deletes_the_message_however_often_it_is_asked(place):
    post = due_post(place.stream)
    send_due()
    withdraw(post, actor=make_actor(post.team), now=database_now())
    place.receiver.plan(reset_after_processing())
    send_due()
    row = delivery_of(post, action="withdraw")
    assert (row.state, row.ambiguous, place.receiver.messages) == ("retry", False, [])
    row.next_at = database_now()
    send_due()
    assert delivery_of(post, action="withdraw").state == "delivered"


@pytest.mark.parametrize(
    ("settings", "secrets", "field"),
    [({"channel": "#news"}, {"token": TOKEN}, "settings.channel"), ({"channel": CHANNEL}, {}, "secrets.token"),
     ({"channel": CHANNEL}, {"token": "xoxp-1"}, "secrets.token"), ({}, {"token": TOKEN}, "settings.channel"),
     ({"channel": CHANNEL, "server": "http://10.0.0.1"}, {"token": TOKEN}, "settings.server"),
     ({}, {}, "secrets.address")],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_at_its_field(app, settings, secrets, field):
    assert set(refused("slack", settings, secrets)) == {field}


def test_an_account_goes_the_way_that_is_filled_in_and_keeps_no_secret_of_the_other(app, receiver):
    team = make_team()
    actor = make_actor(team)
    account, _ = connect("slack", "S", {}, {"address": receiver.address(HOOK)}, actor=actor, team_id=team.id,
                         now=database_now())  # fmt: skip
    bot = {"settings": {"channel": CHANNEL}, "secrets": {"token": TOKEN}}
    change(account, bot, actor=actor, now=database_now())
    db.session.commit()
    assert account.settings == {"channel": CHANNEL, "server": ""}
    assert open_secrets(account) == {"token": TOKEN}
    hook = {"settings": {"channel": ""}, "secrets": {"address": receiver.address(HOOK)}}
    change(account, hook, actor=actor, now=database_now())
    db.session.commit()
    assert (account.settings, open_secrets(account)) == ({}, {"address": receiver.address(HOOK)})


def test_after_a_change_of_ways_what_may_have_arrived_is_a_persons_to_look_for(place):
    post = due_post(place.stream)
    place.receiver.plan(reset_after_processing())
    send_due()
    hook = {"settings": {"channel": "", "server": ""}, "secrets": {"address": place.receiver.address(HOOK)}}
    change(place.account, hook, actor=make_actor(post.team), now=database_now())
    row = delivery_of(post)
    row.next_at = database_now()
    send_due()
    assert (delivery_of(post).state, len(place.receiver.messages)) == ("unknown", 1)
