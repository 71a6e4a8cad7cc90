"""The channel `ntfy`, against answers as its documentation and its server's list of errors have them."""

from __future__ import annotations

import json

import pytest

from calendar_app.channels.adapter import Picture
from calendar_app.channels.connecting import test_account as try_out
from calendar_app.channels.packing import content_of
from calendar_app.channels.registry import adapter_for
from calendar_app.extensions import database_now
from calendar_app.posts.withdrawing import withdraw
from tests.channels.contract import *  # noqa: F403
from tests.channels.services import Service, place_of
from tests.channels.steps import delivery_of, due_post, grown, refused, send_due
from tests.channels.unkeyed_contract import *  # noqa: F403
from tests.factories import make_actor
from tests.receiver import answer, reset_after_processing

TOKEN = "tk_tests_tests_tests_tests_tests"
ADAPTER = adapter_for("ntfy", {})


def usual(method, path, body):
    if path == "/":
        asked = json.loads(body)
        return 200, {"id": "hwQ2YpKdmg", "time": 1, "expires": 2, "event": "message", "topic": asked["topic"],
                     "sequence_id": asked["sequence_id"]}  # fmt: skip
    return 200, {"username": "sluice", "role": "user"} if method == "GET" else {"event": "message_delete"}


def refusal(code, said):
    return {
        "code": code,
        "http": code // 100,
        "error": said,
        "link": "https://ntfy.sh/docs/publish/#limitations",
    }


@pytest.fixture
def receiver():
    refusals = {
        400: refusal(40024, "invalid request: request body must be valid JSON"),
        401: refusal(40101, "unauthorized"),
        403: refusal(40301, "forbidden"),
        429: refusal(42901, "limit reached: too many requests"),
    }
    with Service(usual, refusals) as found:
        yield found


@pytest.fixture
def place(app, receiver):
    return place_of(
        receiver, "ntfy", {"topic": "roadworks", "server": receiver.address("")}, {"token": TOKEN}
    )


def test_a_post_is_one_message_with_a_title_and_a_place_to_tap(place):
    post = due_post(place.stream, title="Bridge closed", text="Until *Monday* [map](https://e.org/a).",
                    link="https://example.org/bridge")  # fmt: skip
    send_due()
    (call,) = place.calls()
    assert (call.method, call.path, call.headers["authorization"]) == ("POST", "/", f"Bearer {TOKEN}")
    assert call.json == {
        "topic": "roadworks",
        "title": "Bridge closed",
        "message": "Until Monday map (https://e.org/a).",
        "click": "https://example.org/bridge",
        "sequence_id": post.uuid,
    }
    row = delivery_of(post)
    assert (row.external_id, row.external_url) == ("hwQ2YpKdmg", place.receiver.address("/roadworks"))


def test_with_pictures_a_tap_leads_to_them(place):
    from dataclasses import replace

    content = content_of(due_post(place.stream, link="https://example.org/bridge"))
    seen = replace(content, pictures=(Picture("d", "image/jpeg", 1, 1, "A bridge"),))
    payload = ADAPTER.compose(seen, "publish", place.account.settings)
    assert payload["click"] == content.url
    assert payload["message"].endswith("\n\nhttps://example.org/bridge")


def test_a_post_of_a_title_alone_is_a_message(place):
    due_post(place.stream, title="Bridge closed", text="")
    send_due()
    (call,) = place.calls()
    assert (call.json["message"], "title" in call.json) == ("Bridge closed", False)


def test_a_longer_text_than_a_message_holds_is_told_beforehand_and_not_sent(place):
    post = grown(due_post(place.stream), "å" * 2049)
    send_due()
    row = delivery_of(post)
    assert (row.state, place.calls()) == ("failed", [])
    assert row.reason == "This is 4,098 bytes long; 4,096 fit. Write a shorter text for this account."
    assert ADAPTER.problems(content_of(post), place.account.settings) == (row.reason,)


@pytest.mark.parametrize(("status", "code"), [(401, 40101), (403, 40301)])
def test_a_token_that_does_not_work_pauses_the_account_and_keeps_the_post(place, status, code):
    place.receiver.plan(answer(status))
    post = due_post(place.stream)
    send_due()
    assert (place.account.state, delivery_of(post).state) == ("paused", "retry")


@pytest.mark.parametrize("said", [b" ", b"[]", b'{"event": "message"}', b'{"id": null}'])
def test_an_answer_that_names_no_message_is_no_success(place, said):
    place.receiver.plan(answer(200, body=said))
    post = due_post(place.stream)
    send_due()
    assert delivery_of(post).state == "unknown"


def withdrawn(place, post, *behaviours):
    place.receiver.plan(*behaviours)
    withdraw(post, actor=make_actor(post.team), now=database_now())
    send_due()
    return delivery_of(post, action="withdraw")


def test_a_withdrawal_deletes_the_message_by_its_sequence(place):
    post = due_post(place.stream)
    send_due()
    assert withdrawn(place, post).state == "delivered"
    call = place.calls()[1]
    assert (call.method, call.path) == ("DELETE", f"/roadworks/{post.uuid}")


def test_a_lost_answer_to_a_deletion_is_asked_for_again(place):
    post = due_post(place.stream)
    send_due()
    row = withdrawn(place, post, reset_after_processing())
    assert (row.state, row.ambiguous) == ("retry", False)


def test_a_server_that_knows_no_sequences_cannot_take_back(place):
    place.receiver.plan(answer(200, body=b'{"id": "hwQ2YpKdmg", "event": "message"}'))
    post = due_post(place.stream)
    send_due()
    row = withdrawn(place, post)
    assert (row.state, row.reason) == (
        "failed", "This server cannot take a message back: that needs ntfy 2.16 or newer.",
    )  # fmt: skip
    assert len(place.calls()) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("field", "value"),
    [("settings.topic", ""), ("settings.topic", "a b"), ("settings.topic", "x" * 65), ("settings.topic", "a/b"),
     ("settings.server", "http://10.0.0.1"), ("secrets.token", "a b")],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_at_its_field(app, field, value):
    given = {"settings.topic": "roadworks", "settings.server": "", "secrets.token": "", field: value}
    settings = {"topic": given["settings.topic"], "server": given["settings.server"]}
    assert set(refused("ntfy", settings, {"token": given["secrets.token"]})) == {field}


def test_a_topic_that_everybody_may_write_to_needs_no_token(app, receiver):
    open_place = place_of(receiver, "ntfy", {"topic": "roadworks", "server": receiver.address("")}, {})
    post = due_post(open_place.stream)
    send_due()
    (call,) = open_place.calls()
    assert ("authorization" in call.headers, delivery_of(post).state) == (False, "delivered")


def test_a_test_asks_who_we_are_and_pushes_nothing(place):
    try_out(place.account, actor=make_actor(place.stream.team), now=database_now())
    (call,) = place.calls()
    assert (call.method, call.path) == ("GET", "/v1/account")
