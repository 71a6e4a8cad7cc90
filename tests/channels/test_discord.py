"""The channel `discord`, against answers as its API documents them for webhooks."""

from __future__ import annotations

import json

import pytest

from calendar_app.channels import runs
from calendar_app.channels.connecting import connect
from calendar_app.channels.connecting import test_account as try_out
from calendar_app.channels.discord import markup
from calendar_app.channels.packing import content_of, open_secrets
from calendar_app.channels.registry import adapter_for
from calendar_app.extensions import database_now, db
from calendar_app.posts.text import to_html
from calendar_app.posts.withdrawing import withdraw
from tests.channels.contract import *  # noqa: F403
from tests.channels.services import Service, place_of
from tests.channels.steps import bring_forward, delivery_of, due_post, refused, send_due
from tests.channels.unkeyed_contract import *  # noqa: F403
from tests.factories import make_actor, make_team
from tests.receiver import Behaviour, answer, reset_after_processing

HOOK = "/api/webhooks/1234567890/aBcDeF-tests_tests_tests"
ADAPTER = adapter_for("discord", {})


def usual(method, path, body):
    return (204, b"") if method == "DELETE" else (200, {"id": "9001", "channel_id": "5"})


@pytest.fixture
def receiver():
    refusals = {
        400: {"message": "Invalid Form Body", "code": 50035, "errors": {}},
        401: {"message": "Invalid Webhook Token", "code": 50027},
        404: {"message": "Unknown Webhook", "code": 10015},
        429: {"message": "You are being rate limited.", "retry_after": 0.3, "global": False},
    }
    with Service(usual, refusals) as found:
        yield found


@pytest.fixture
def place(app, receiver):
    return place_of(receiver, "discord", {}, {"address": receiver.address(HOOK)})


def test_a_post_is_one_message_that_calls_nobody(place):
    post = due_post(place.stream, title="Bridge *closed*", text="Until *Monday* @everyone [map](https://e.org/a_(b)).",
                    link="https://example.org/bridge_one")  # fmt: skip
    send_due()
    (call,) = place.calls()
    assert (call.method, call.path) == ("POST", f"{HOOK}?wait=true")
    assert call.json == {
        "allowed_mentions": {"parse": []},
        "content": "**Bridge \\*closed\\***\n\nUntil *Monday* @everyone [map](https://e.org/a_%28b%29).\n\n"
        "https://example.org/bridge_one",
    }
    assert delivery_of(post).external_id == "9001"


@pytest.mark.parametrize(
    ("text", "written"),
    [("2 \\* 3 \\_ 4 \\<@123> ~~x~~", "2 \\* 3 \\_ 4 \\<@123> \\~\\~x\\~\\~"),
     ("\\# no heading", "\\# no heading"),
     ("## Head *x*", "**Head x**"),
     ("**bold *both*** and `a_b`", "**bold *both*** and `a_b`"),
     ("- one\n- two", "• one\n• two"),
     ("> said\n> so", "> said\n> so"),
     ("```\na * b\n```", "```\na * b\n```"),
     ("see https://e.org/a_b_c now", "see https://e.org/a_b_c now")],
)  # fmt: skip
def test_a_mark_is_written_where_it_is_meant_and_escaped_where_not(text, written):
    assert markup.written(runs.blocks_of(to_html(text)), 2000) == [written]


def test_a_longer_text_than_discord_takes_becomes_several_messages_that_resume(place):
    post = due_post(place.stream, title="", text="The bridge is closed until the river falls again. " * 100)
    place.receiver.plan(Behaviour(200, body=b'{"id": "1"}'), answer(503))
    send_due()
    assert delivery_of(post).notes["pages"] == ["1"]
    bring_forward(delivery_of(post))
    send_due()
    texts = [call.json["content"] for call in place.calls() if call.processed]
    assert max(map(len, texts)) <= 2000
    assert " ".join(texts) == post.text.strip()
    row = delivery_of(post)
    assert (row.state, row.notes["pages"]) == ("delivered", ["1", "9001", "9001"])
    assert [part.most for part in ADAPTER.preview(row.payload, {})] == [2000] * 3
    assert ADAPTER.problems(content_of(post), {}) == ()


def test_a_deleted_webhook_switches_the_account_off(place):
    place.receiver.plan(answer(404))
    post = due_post(place.stream)
    send_due()
    assert (place.account.state, delivery_of(post).state) == ("broken", "failed")
    assert (
        place.account.state_reason
        == "There is no such webhook any more. Make a new one and enter its address."
    )


def test_the_wait_in_the_body_is_kept(place):
    body = json.dumps(
        {"message": "You are being rate limited.", "retry_after": 64.57, "global": False}
    ).encode()
    place.receiver.plan(answer(429, body=body))
    post = due_post(place.stream)
    send_due()
    row = delivery_of(post)
    assert row.state == "retry"
    assert 60 < (row.next_at - database_now()).total_seconds() <= 65


@pytest.mark.parametrize("said", [b" ", b"[]", b'{"id": ""}', b'{"id": true}', b"<html>"])
def test_an_answer_that_names_no_message_is_no_success(place, said):
    place.receiver.plan(answer(200, body=said))
    post = due_post(place.stream)
    send_due()
    assert delivery_of(post).state == "unknown"


def withdrawn(place, *behaviours):
    post = due_post(place.stream)
    send_due()
    place.receiver.plan(*behaviours)
    withdraw(post, actor=make_actor(post.team), now=database_now())
    send_due()
    return delivery_of(post, action="withdraw")


def test_a_withdrawal_deletes_the_message(place):
    assert withdrawn(place).state == "delivered"
    call = place.calls()[1]
    assert (call.method, call.path) == ("DELETE", f"{HOOK}/messages/9001")


def test_a_message_that_is_gone_already_is_withdrawn(place):
    body = json.dumps({"message": "Unknown Message", "code": 10008}).encode()
    assert withdrawn(place, answer(404, body=body)).state == "delivered"


def test_a_lost_answer_to_a_deletion_is_asked_for_again(place):
    row = withdrawn(place, reset_after_processing())
    assert (row.state, row.ambiguous) == ("retry", False)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "address",
    ["", "hook", "https://discord.com/channels/1/2", "http://10.0.0.1/api/webhooks/1/abc",
     "https://127.0.0.1/api/webhooks/1/abc?wait=true"],
)  # fmt: skip
def test_what_is_no_webhook_is_refused_at_its_field(app, address):
    problems = refused("discord", {}, {"address": address})
    assert set(problems) == {"secrets.address"}
    assert problems["secrets.address"].endswith(".")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_address_is_kept_sealed_and_never_shown(app, receiver, signed_in):
    from tests.factories import make_person

    team = make_team()
    person = make_person(team)
    account, shown = connect("discord", "D", {}, {"address": receiver.address(HOOK)}, actor=make_actor(team),
                             team_id=team.id, now=database_now())  # fmt: skip
    db.session.commit()
    assert (account.settings, shown) == ({}, {})
    assert open_secrets(account) == {"address": receiver.address(HOOK)}
    page = signed_in(person).get(f"/accounts/{account.id}").get_data(as_text=True)
    assert "Address of the webhook" in page
    assert "tests_tests" not in page


def test_a_test_asks_for_the_webhook_and_posts_nothing(place):
    try_out(place.account, actor=make_actor(place.stream.team), now=database_now())
    (call,) = place.calls()
    assert (call.method, call.path) == ("GET", HOOK)
