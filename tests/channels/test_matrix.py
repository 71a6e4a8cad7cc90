"""The channel `matrix`, against a home server that heeds transaction identifiers as the specification says."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import quote

import pytest

from calendar_app.channels.connecting import change
from calendar_app.channels.connecting import test_account as try_out
from calendar_app.channels.packing import content_of
from calendar_app.channels.registry import adapter_for
from calendar_app.extensions import database_now, db
from calendar_app.posts.withdrawing import withdraw
from tests.channels.contract import *  # noqa: F403
from tests.channels.http_contract import *  # noqa: F403
from tests.channels.services import Service, place_of
from tests.channels.steps import bring_forward, delivery_of, due_post, grown, refused, send_due
from tests.factories import make_actor, make_scheduled
from tests.receiver import answer, reset_after_processing

ROOM = "!abcDEF:example.org"
TOKEN = "syt_c2x1aWNl_testtesttesttest_1a2b3c"
ADAPTER = adapter_for("matrix", {})
ROOMS = f"/_matrix/client/v3/rooms/{quote(ROOM, safe='')}"


def usual(method, path, body):
    return 200, {"user_id": "@sluice:example.org"} if path.endswith("/whoami") else {"event_id": "$event-1"}


def refusal(code, **more):
    return {"errcode": code, "error": "Said for people.", **more}


def last_of_path(call):
    return call.path.rpartition("/")[2]


@pytest.fixture
def receiver():
    refusals = {401: refusal("M_UNKNOWN_TOKEN"), 403: refusal("M_FORBIDDEN"), 429: refusal("M_LIMIT_EXCEEDED"),
                404: refusal("M_UNRECOGNIZED"), 413: refusal("M_TOO_LARGE"), 500: refusal("M_UNKNOWN")}  # fmt: skip
    with Service(usual, refusals, key=last_of_path) as found:
        yield found


@pytest.fixture
def place(app, receiver):
    return place_of(receiver, "matrix", {"server": receiver.address(""), "room": ROOM}, {"token": TOKEN})


def said(status, code, **more):
    return answer(status, body=json.dumps(refusal(code, **more)).encode())


def test_a_post_is_one_event_keyed_by_its_transaction(place):
    post = due_post(
        place.stream, title="Bridge & <more>", text="Until *Monday*.", link="https://example.org/b"
    )
    send_due()
    (call,) = place.calls()
    row = delivery_of(post)
    assert (call.method, call.path) == ("PUT", f"{ROOMS}/send/m.room.message/{row.key}")
    assert call.headers["authorization"] == f"Bearer {TOKEN}"
    assert call.json == {
        "msgtype": "m.text",
        "body": "Bridge & <more>\n\nUntil Monday.\n\nhttps://example.org/b",
        "format": "org.matrix.custom.html",
        "formatted_body": "<p><strong>Bridge &amp; &lt;more&gt;</strong></p>\n<p>Until <em>Monday</em>.</p>\n"
        '<p><a href="https://example.org/b">https://example.org/b</a></p>',
        "m.mentions": {},
    }
    assert row.external_id == "$event-1"
    assert row.external_url == "https://matrix.to/#/%21abcDEF%3Aexample.org/%24event-1"


def test_an_enormous_answer_is_not_read_to_its_end(place):
    """It names no event, so the same transaction is asked for once more."""
    post = due_post(place.stream)
    whole = 40_000_000
    place.receiver.plan(answer(200, body=b"x" * whole))
    send_due()
    row = delivery_of(post)
    assert (row.state, row.ambiguous) == ("retry", True)
    assert place.receiver.bytes_sent < whole / 2
    bring_forward(row)
    send_due()
    assert delivery_of(post).state == "delivered"
    assert len(place.effects()) == 1


def test_one_slow_place_does_not_hold_up_another(place):
    other = place_of(
        place.receiver, "matrix", {**place.account.settings, "room": "!other:example.org"}, {"token": TOKEN}
    )
    slow, quick = due_post(place.stream), due_post(other.stream)
    place.receiver.plan(answer(200, delay=1.5))
    send_due()
    assert delivery_of(quick).state == delivery_of(slow).state == "delivered"
    first, second = place.calls()
    assert abs(second.at - first.at) < 0.5


def test_a_repeat_after_the_server_forgot_is_left_to_a_person(place):
    post = due_post(place.stream)
    place.receiver.plan(reset_after_processing())
    send_due()
    row = delivery_of(post)
    row.due_at = database_now() - timedelta(minutes=26)
    bring_forward(row)
    send_due()
    row = delivery_of(post)
    assert row.state == "unknown"
    assert row.reason.startswith("The server may have forgotten the first attempt")
    assert len(place.calls()) == 1


def test_a_repeat_under_another_login_is_left_to_a_person(place):
    post = due_post(place.stream)
    place.receiver.plan(reset_after_processing())
    send_due()
    change(
        place.account, {"secrets": {"token": TOKEN + "2"}}, actor=make_actor(post.team), now=database_now()
    )
    bring_forward(delivery_of(post))
    send_due()
    assert delivery_of(post).state == "unknown"
    assert len(place.calls()) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "M_UNKNOWN_TOKEN"), (401, "M_MISSING_TOKEN"), (403, "M_FORBIDDEN"), (403, "M_USER_SUSPENDED"),
     (401, "M_USER_LOCKED")],
)  # fmt: skip
def test_what_a_person_must_mend_pauses_the_account_and_keeps_the_post(place, status, code):
    place.receiver.plan(said(status, code))
    post = due_post(place.stream)
    send_due()
    assert (place.account.state, delivery_of(post).state) == ("paused", "retry")


def test_the_wait_in_the_body_is_kept_where_there_is_no_header(place):
    place.receiver.plan(said(429, "M_LIMIT_EXCEEDED", retry_after_ms=90_000))
    post = due_post(place.stream)
    send_due()
    row = delivery_of(post)
    assert row.state == "retry"
    assert 85 < (row.next_at - database_now()).total_seconds() <= 91


def test_a_longer_text_than_an_event_holds_is_told_beforehand_and_not_sent(place):
    post = grown(due_post(place.stream), "word " * 8000)
    send_due()
    row = delivery_of(post)
    assert (row.state, place.calls()) == ("failed", [])
    assert " bytes long; 60,000 fit." in row.reason
    assert ADAPTER.problems(content_of(post), place.account.settings) == (row.reason,)


def test_a_withdrawal_redacts_the_event(place):
    post = due_post(place.stream)
    send_due()
    withdraw(post, actor=make_actor(post.team), now=database_now())
    send_due()
    row = delivery_of(post, action="withdraw")
    call = place.calls()[1]
    assert (call.method, call.path) == ("PUT", f"{ROOMS}/redact/%24event-1/{row.key}")
    assert (call.json, row.state) == ({}, "delivered")


def test_what_nobody_can_name_cannot_be_taken_back(place):
    post = due_post(place.stream)
    place.receiver.plan(reset_after_processing())
    send_due()
    row = delivery_of(post)
    row.state, row.lease_until, row.finished_at = "unknown", None, database_now()
    db.session.commit()
    withdraw(post, actor=make_actor(post.team), now=database_now())
    send_due()
    row = delivery_of(post, action="withdraw")
    assert row.state == "failed"
    assert row.reason == "Sluice does not know which message this was. Delete it where it stands."


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("field", "value"),
    [("settings.server", ""), ("settings.server", "http://10.0.0.1"), ("settings.room", "#news:example.org"),
     ("settings.room", ""), ("secrets.token", "a b"), ("secrets.token", "")],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_at_its_field(app, receiver, field, value):
    given = {
        "settings.server": receiver.address(""),
        "settings.room": ROOM,
        "secrets.token": TOKEN,
        field: value,
    }
    settings = {"server": given["settings.server"], "room": given["settings.room"]}
    assert set(refused("matrix", settings, {"token": given["secrets.token"]})) == {field}


def test_a_test_asks_who_we_are_and_posts_nothing(place):
    make_scheduled(place.stream)
    try_out(place.account, actor=make_actor(place.stream.team), now=database_now())
    (call,) = place.calls()
    assert (call.method, call.path) == ("GET", "/_matrix/client/v3/account/whoami")


def test_no_secret_is_told(place):
    for status in (400, 401, 403, 404, 413, 500):
        place.account.state = "ok"
        post = due_post(place.stream)
        place.receiver.plan(answer(status))
        send_due()
        row = delivery_of(post)
        assert TOKEN not in f"{row.reason} {row.notes} {row.payload} {place.account.state_reason}"
