"""The channel `websub`: the contract, and what a hub is told."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from calendar_app.channels.connecting import connect
from calendar_app.channels.connecting import test_account as try_out
from calendar_app.channels.packing import content_of
from calendar_app.channels.registry import adapter_for
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.posts.drafting import edit
from calendar_app.posts.withdrawing import withdraw
from tests.channels.contract import *  # noqa: F403
from tests.channels.contract import Place
from tests.channels.http_contract import *  # noqa: F403
from tests.channels.steps import bring_forward, connected, delivery_of, due_post, send_due
from tests.factories import make_actor, make_stream, make_team
from tests.receiver import answer

ADAPTER = adapter_for("websub", {})
SITE = "http://127.0.0.1:8000"


@pytest.fixture
def place(app, receiver):
    stream, account = connected(receiver, "websub")
    return Place(account, stream, receiver.at, receiver.effects, receiver)


def feeds_of(*handles):
    own = [f"{SITE}/streams/{handle}.{form}" for handle in handles for form in ("atom", "rss", "json")]
    return [*own, *(f"{SITE}/everything.{form}" for form in ("atom", "rss", "json"))]


def test_a_hub_is_told_of_the_public_feeds_and_of_no_other(place):
    team = place.stream.team
    hidden = make_stream(team, visibility="internal")
    unlisted = make_stream(team, visibility="unlisted")
    due_post(place.stream, hidden, unlisted)
    send_due()
    (call,) = place.calls()
    assert (call.method, call.headers["content-type"]) == ("POST", "application/x-www-form-urlencoded")
    told = [("hub.mode", "publish"), *(("hub.url", feed) for feed in feeds_of(place.stream.handle))]
    assert parse_qsl(call.body.decode()) == told


def test_a_withdrawal_changes_the_feeds_as_well(place):
    post = due_post(place.stream)
    send_due()
    withdraw(post, actor=make_actor(post.team), now=database_now())
    send_due()
    first, second = place.calls()
    assert first.body == second.body


def test_a_post_of_internal_streams_has_nothing_to_tell(app, receiver):
    stream, account = connected(receiver, "websub")
    post = due_post(stream)
    stream.visibility = "internal"
    db.session.commit()
    send_due()
    row = delivery_of(post)
    assert (row.state, receiver.ledger) == ("failed", [])
    assert ADAPTER.problems(content_of(post), account.settings) == (row.reason,)


def test_what_certainly_did_not_arrive_goes_out_in_its_newest_form(place):
    """The hub is told of feeds, not of words: it is the feeds that hold the newest."""
    post = due_post(place.stream)
    place.receiver.plan(answer(503))
    send_due()
    edit(
        post,
        {"text": "Quite different."},
        version=post.version,
        actor=make_actor(post.team),
        now=database_now(),
    )
    bring_forward(delivery_of(post))
    send_due()
    row = delivery_of(post)
    assert (row.state, row.post_version) == ("delivered", post.version)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("url", ["", "hub", "http://10.0.0.1/hub"])
def test_what_is_no_address_is_refused_at_its_field(app, url):
    team = make_team()
    with pytest.raises(Refused) as problem:
        connect("websub", "W", {"url": url}, {}, actor=make_actor(team), team_id=team.id, now=database_now())
    db.session.rollback()
    assert set(problem.value.errors) == {"settings.url"}


def test_a_test_only_looks_whether_the_hub_answers(place):
    place.receiver.plan(answer(405))
    sentence = try_out(place.account, actor=make_actor(place.stream.team), now=database_now())
    (call,) = place.calls()
    assert (call.method, call.body) == ("GET", b"")
    assert sentence == "The hub answers. It is told of a feed when a post goes out."
