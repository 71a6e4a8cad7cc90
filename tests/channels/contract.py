"""What every channel promises. The test of an adapter imports these and gives the fixture `place`."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from calendar_app.channels.claiming import finish
from calendar_app.channels.connecting import connect, pause, resume
from calendar_app.channels.connecting import test_account as try_out
from calendar_app.channels.delivering import outbound
from calendar_app.channels.packing import content_of
from calendar_app.channels.registry import adapter_for
from calendar_app.channels.sending import send
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.posts.withdrawing import withdraw
from tests.channels.steps import claimed, delivery_of, due_post, parcel_of, published, send_due
from tests.factories import make_actor, make_scheduled

if TYPE_CHECKING:
    from collections.abc import Callable

    from calendar_app.channels.models import Account
    from calendar_app.streams.models import Stream
    from tests.receiver import Receiver


@dataclass
class Place:
    """One connected account and the other side's own ledger.

    `calls()` are the attempts that arrived there, each with `key`, `at` (Unix seconds) and `body`; `effects()`
    is what they did there, by key, as far as the other side heeds keys.
    """

    account: Account
    stream: Stream
    calls: Callable[[], list]
    effects: Callable[[], dict]
    receiver: Receiver | None = None

    @property
    def adapter(self):
        return adapter_for(self.account.channel, self.account.settings)


def test_a_due_post_arrives_once_and_is_delivered(place):
    post = due_post(place.stream)
    assert send_due() == 1
    assert send_due() == 0
    row = delivery_of(post)
    assert (row.state, row.attempts, row.reason) == ("delivered", 1, None)
    assert row.finished_at >= row.sent_at >= row.due_at
    assert 0 <= row.late_ms < 60_000
    assert [call.key for call in place.calls()] == [row.key]
    assert list(place.effects()) == [row.key]


def test_nothing_leaves_before_it_is_due(place):
    post = make_scheduled(place.stream, due_in=0.6)
    send_due()
    row = delivery_of(post)
    assert row.state == "delivered"
    assert [call.at >= row.due_at.timestamp() for call in place.calls()] == [True]


def test_what_is_far_off_is_left_alone(place):
    make_scheduled(place.stream, due_in=3600)
    assert send_due() == 0
    assert place.calls() == []


def test_nothing_leaves_once_the_deadline_has_passed(place):
    published(place.stream)
    (taken,) = claimed(lease_seconds=0.2)
    parcel = parcel_of(taken)
    time.sleep(0.15)
    outcome = send(parcel, outbound())
    assert (outcome.state, outcome.sent_at) == ("retry", None)
    assert place.calls() == []
    assert finish([outcome]) == []


def test_what_is_composed_is_plain_data_and_the_same_every_time(place):
    content = content_of(published(place.stream))
    first, second = (place.adapter.compose(content, "publish", place.account.settings) for _ in range(2))
    assert first == second
    assert json.loads(json.dumps(first)) == first


def test_a_paused_account_keeps_its_deliveries_and_sends_each_once_afterwards(place):
    actor = make_actor(place.stream.team)
    pause(place.account, actor=actor, now=database_now())
    posts = [due_post(place.stream) for _ in range(3)]
    assert send_due() == 0
    assert {post.state for post in posts} == {"published"}
    assert {delivery_of(post).state for post in posts} == {"pending"}

    resume(place.account, actor=actor, now=database_now())
    assert send_due() == 3
    assert {delivery_of(post).state for post in posts} == {"delivered"}
    assert len(place.calls()) == len(place.effects()) == 3


def test_a_withdrawal_follows_where_the_channel_can_take_things_back(place):
    post = due_post(place.stream)
    send_due()
    withdraw(post, actor=make_actor(place.stream.team), now=database_now())
    assert send_due() == (1 if place.adapter.can_withdraw else 0)
    if place.adapter.can_withdraw:
        keys = [delivery_of(post, action=action).key for action in ("publish", "withdraw")]
        assert delivery_of(post, action="withdraw").state == "delivered"
        assert [call.key for call in place.calls()] == keys


def test_trying_an_account_out_is_a_real_call_and_no_delivery(place):
    before = len(place.calls())
    sentence = try_out(place.account, actor=make_actor(place.stream.team), now=database_now())
    assert sentence.endswith(".")
    assert len(place.calls()) == before + 1
    assert send_due() == 0


def test_fields_the_channel_does_not_have_are_refused_by_name(place):
    with pytest.raises(Refused) as problem:
        connect(place.account.channel, "", {"colour": "red"}, {"pin": "1234"}, actor=make_actor(place.stream.team),
                team_id=place.stream.team_id, now=database_now())  # fmt: skip
    db.session.rollback()
    assert {"name", "settings.colour", "secrets.pin"} <= set(problem.value.errors)
    assert all(sentence.endswith(".") for sentence in problem.value.errors.values())


def test_a_post_past_the_grace_of_its_stream_is_missed_and_never_sent(place):
    post = due_post(place.stream, ago=timedelta(minutes=place.stream.grace_minutes + 1).total_seconds())
    assert send_due() == 0
    assert (post.state, delivery_of(post).state) == ("missed", "missed")
    assert place.calls() == []
