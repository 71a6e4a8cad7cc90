"""The channel `slack`, against the words with which incoming webhooks answer."""

from __future__ import annotations

import json

import pytest

from calendar_app.channels import runs
from calendar_app.channels.connecting import connect
from calendar_app.channels.connecting import test_account as try_out
from calendar_app.channels.packing import content_of, open_secrets
from calendar_app.channels.registry import adapter_for
from calendar_app.channels.slack import markup
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.posts.text import to_html
from tests.channels.contract import *  # noqa: F403
from tests.channels.services import Service, place_of
from tests.channels.steps import delivery_of, due_post, grown, refused, send_due
from tests.channels.unkeyed_contract import *  # noqa: F403
from tests.factories import make_actor, make_team
from tests.receiver import answer

HOOK = "/services/T0000/B0000/tests_tests_tests_tests"
ADAPTER = adapter_for("slack", {})


def usual(method, path, body):
    return (200, b"ok") if json.loads(body).get("text") else (400, b"no_text")


@pytest.fixture
def receiver():
    refusals = {400: b"invalid_payload", 403: b"action_prohibited", 404: b"no_service", 500: b"rollup_error"}
    with Service(usual, refusals) as found:
        yield found


@pytest.fixture
def place(app, receiver):
    return place_of(receiver, "slack", {}, {"address": receiver.address(HOOK)})


def test_a_post_is_one_message_in_mrkdwn(place):
    due_post(place.stream, title="Bridge <closed> & more", text="Until *Monday* <!channel> [map](https://e.org/?a=1&b=2|3).",
             link="https://example.org/bridge")  # fmt: skip
    send_due()
    (call,) = place.calls()
    assert (call.method, call.path) == ("POST", HOOK)
    assert call.json == {
        "text": "*Bridge &lt;closed&gt; &amp; more*\n\n"
        "Until _Monday_ &lt;!channel&gt; <https://e.org/?a=1&amp;b=2%7C3|map>.\n\n<https://example.org/bridge>",
    }


@pytest.mark.parametrize(
    ("text", "written"),
    [("**bold *both*** and `a<b`", "*bold _both_* and `a&lt;b`"),
     ("**two\nlines**", "*two*\n*lines*"),
     ("1. one\n2. two", "1. one\n2. two"),
     ("> said", "> said"),
     ("```\na & b\n```", "```\na &amp; b\n```")],
)  # fmt: skip
def test_every_mark_of_a_post_has_its_counterpart(text, written):
    assert markup.written(runs.blocks_of(to_html(text))) == written


def test_a_longer_text_than_slack_shows_is_told_beforehand_and_not_sent(place):
    post = grown(due_post(place.stream, title=""), "x" * 40_001)
    send_due()
    row = delivery_of(post)
    assert (row.state, place.calls()) == ("failed", [])
    assert row.reason == "This is 40,001 characters long; 40,000 fit. Write a shorter text for this account."
    assert ADAPTER.problems(content_of(post), {}) == (row.reason,)


def test_escapes_do_not_count(place):
    post = due_post(place.stream, title="", text="&" * 40_000)
    send_due()
    assert delivery_of(post).state == "delivered"


@pytest.mark.parametrize(
    ("status", "word", "account", "delivery"),
    [(404, "no_service", "broken", "failed"), (404, "channel_not_found", "broken", "failed"),
     (403, "action_prohibited", "paused", "retry"), (410, "channel_is_archived", "paused", "retry"),
     (400, "invalid_payload", "ok", "failed")],
)  # fmt: skip
def test_each_word_has_its_consequence(place, status, word, account, delivery):
    place.receiver.plan(answer(status, body=word.encode()))
    post = due_post(place.stream)
    send_due()
    assert (place.account.state, delivery_of(post).state) == (account, delivery)


@pytest.mark.parametrize("said", [b" ", b"<html>", b'{"ok": false}', b"\xff\xfe"])
def test_an_answer_without_the_word_ok_is_no_success(place, said):
    place.receiver.plan(answer(200, body=said))
    post = due_post(place.stream)
    send_due()
    assert delivery_of(post).state == "unknown"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "address", ["", "hook", "http://10.0.0.1/services/T/B/x", "https://name:word@example.org/"]
)
def test_what_is_no_address_is_refused_at_its_field(app, address):
    problems = refused("slack", {}, {"address": address})
    assert set(problems) == {"secrets.address"}
    assert problems["secrets.address"].endswith(".")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_address_is_kept_sealed(app, receiver):
    team = make_team()
    account, shown = connect("slack", "S", {}, {"address": receiver.address(HOOK)}, actor=make_actor(team),
                             team_id=team.id, now=database_now())  # fmt: skip
    db.session.commit()
    assert (account.settings, shown) == ({}, {})
    assert open_secrets(account) == {"address": receiver.address(HOOK)}


def test_a_test_sends_an_empty_message_that_nobody_sees(place):
    sentence = try_out(place.account, actor=make_actor(place.stream.team), now=database_now())
    (call,) = place.calls()
    assert call.json == {}
    assert sentence == "Slack knows this webhook: it refused an empty message. Nothing was posted."


def test_a_test_of_a_deleted_webhook_says_so(place):
    place.receiver.plan(answer(404))
    with pytest.raises(Refused) as problem:
        try_out(place.account, actor=make_actor(place.stream.team), now=database_now())
    assert problem.value.errors["test"].startswith("There is no such webhook any more.")
