"""The channel `telegram`, against answers as the Bot API documents them."""

from __future__ import annotations

import json

import pytest

from calendar_app.channels import runs
from calendar_app.channels.connecting import connect
from calendar_app.channels.connecting import test_account as try_out
from calendar_app.channels.packing import content_of
from calendar_app.channels.registry import adapter_for
from calendar_app.channels.telegram import markup
from calendar_app.extensions import database_now, db
from calendar_app.posts.drafting import edit
from calendar_app.posts.text import to_html
from calendar_app.posts.withdrawing import withdraw
from tests.channels.contract import *  # noqa: F403
from tests.channels.services import Service, place_of
from tests.channels.steps import bring_forward, delivery_of, due_post, grown, refused, send_due
from tests.channels.unkeyed_contract import *  # noqa: F403
from tests.factories import make_actor, make_team
from tests.receiver import Behaviour, answer, reset_after_processing

TOKEN = "123456789:AAF-tests_tests_tests_tests_tests_te"
ADAPTER = adapter_for("telegram", {})


def usual(method, path, body):
    asked = path.rpartition("/")[2]
    chat = {"id": -1001234567890, "type": "channel", "title": "Road works", "username": "roadworks"}
    result = {"sendMessage": {"message_id": 77, "date": 1, "chat": chat, "text": "x"}, "getChat": chat}
    return 200, {"ok": True, "result": result.get(asked, True)}


def good(number):
    return json.dumps({"ok": True, "result": {"message_id": number, "chat": {"id": -1001234567890}}}).encode()


def refusal(status, said, **parameters):
    return {
        "ok": False,
        "error_code": status,
        "description": said,
        **({"parameters": parameters} if parameters else {}),
    }


@pytest.fixture
def receiver():
    refusals = {
        400: refusal(400, "Bad Request: can't parse entities"),
        401: refusal(401, "Unauthorized"),
        403: refusal(403, "Forbidden: bot was kicked from the channel chat"),
        429: refusal(429, "Too Many Requests: retry after 30", retry_after=30),
        500: refusal(500, "Internal Server Error"),
    }
    with Service(usual, refusals) as found:
        yield found


@pytest.fixture
def place(app, receiver):
    return place_of(
        receiver, "telegram", {"chat": "@roadworks", "server": receiver.address("")}, {"token": TOKEN}
    )


def body(status, said, **parameters):
    return answer(status, body=json.dumps(refusal(status, said, **parameters)).encode())


def test_a_post_is_one_message_in_telegrams_html(place):
    post = due_post(place.stream, title="Bridge <closed> & more", text="Until *Monday* [map](https://e.org/?a=1&b=2).",
                    link="https://example.org/bridge")  # fmt: skip
    send_due()
    (call,) = place.calls()
    assert (call.method, call.path) == ("POST", f"/bot{TOKEN}/sendMessage")
    assert call.json == {
        "chat_id": "@roadworks",
        "parse_mode": "HTML",
        "text": "<b>Bridge &lt;closed&gt; &amp; more</b>\n\n"
        'Until <i>Monday</i> <a href="https://e.org/?a=1&amp;b=2">map</a>.\n\nhttps://example.org/bridge',
    }
    row = delivery_of(post)
    assert (row.external_id, row.external_url) == ("77", "https://t.me/roadworks/77")


def test_every_mark_of_a_post_has_its_counterpart():
    text = "## Head\n\n- a\n- **b** `c`\n\n> said\n\n```\n1 < 2\n```\n\n---\n\nend"
    assert markup.written(runs.blocks_of(to_html(text)), 4096) == [
        "<b>Head</b>\n\n• a\n• <b>b</b> <code>c</code>\n\n<blockquote>said</blockquote>\n\n"
        "<pre>1 &lt; 2</pre>\n\n———\n\nend"
    ]


def test_length_is_counted_after_the_marks_in_utf16():
    assert markup.count("<b>a&amp;b</b> 😀") == len("a&b ") + 2


SENTENCE = "The bridge is closed until the river falls again. "
LONG = SENTENCE * 170


def test_a_longer_text_than_telegram_takes_becomes_several_messages(place):
    post = due_post(place.stream, title="", text=LONG)
    send_due()
    texts = [call.json["text"] for call in place.calls()]
    assert [len(text) <= 4096 for text in texts] == [True] * 3
    assert [text[-6:] for text in texts] == ["again."] * 3
    assert " ".join(texts) == LONG.strip()
    row = delivery_of(post)
    assert (row.state, row.notes["pages"]) == ("delivered", ["77"] * 3)
    parts = ADAPTER.preview(row.payload, place.account.settings)
    assert [part.text for part in parts] == texts


def test_what_has_gone_out_of_several_messages_is_not_sent_again(place):
    post = due_post(place.stream, title="", text=LONG)
    place.receiver.plan(Behaviour(200, body=good(70)), answer(429))
    send_due()
    assert delivery_of(post).notes["pages"] == ["70"]
    bring_forward(delivery_of(post))
    send_due()
    texts = [call.json["text"] for call in place.calls() if call.processed]
    assert " ".join(texts) == LONG.strip()
    assert delivery_of(post).notes["pages"] == ["70", "77", "77"]


def test_a_text_changed_in_between_replaces_what_has_gone_out(place):
    post = due_post(place.stream, title="", text=LONG)
    place.receiver.plan(
        Behaviour(200, body=good(70)), answer(429), Behaviour(200, body=b'{"ok": true}'), answer(429)
    )
    send_due()
    edit(post, {"text": "Open again."}, version=post.version, actor=make_actor(post.team), now=database_now())
    for _ in range(2):
        bring_forward(delivery_of(post))
        send_due()
    deleted, refused, sent = place.calls()[2:]
    assert (deleted.path.rpartition("/")[2], deleted.json["message_id"]) == ("deleteMessage", 70)
    assert refused.json["text"] == sent.json["text"] == "Open again."
    assert delivery_of(post).notes["pages"] == ["77"]


def test_a_post_without_a_word_fails_with_a_reason(place):
    post = due_post(place.stream, title="", text="[unused]: https://example.org")
    send_due()
    row = delivery_of(post)
    assert (row.state, row.reason, place.calls()) == (
        "failed", "This post has no words to send. Give it a title or a text.", [],
    )  # fmt: skip


def test_more_messages_than_anybody_reads_are_told_beforehand_and_not_sent(place):
    post = grown(due_post(place.stream, title=""), "word " * 10_000)
    send_due()
    row = delivery_of(post)
    assert (row.state, place.calls()) == ("failed", [])
    assert row.reason == "This would be 13 messages; 10 are the most. Write a shorter text for this account."
    assert ADAPTER.problems(content_of(post), place.account.settings) == (row.reason,)


@pytest.mark.parametrize(
    ("status", "said", "state"),
    [(401, "Unauthorized", "paused"), (404, "Not Found", "paused"),
     (403, "Forbidden: bot is not a member of the channel chat", "paused"),
     (400, "Bad Request: chat not found", "paused"),
     (400, "Bad Request: need administrator rights in the channel chat", "paused"),
     (400, "Bad Request: can't parse entities", "ok")],
)  # fmt: skip
def test_what_a_person_must_mend_pauses_the_account_and_keeps_the_post(place, status, said, state):
    place.receiver.plan(body(status, said))
    post = due_post(place.stream)
    send_due()
    assert place.account.state == state
    assert delivery_of(post).state == ("retry" if state == "paused" else "failed")


def test_a_group_that_became_a_supergroup_tells_its_new_number(place):
    place.receiver.plan(
        body(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-100987)
    )
    due_post(place.stream)
    send_due()
    assert (
        place.account.state_reason
        == "This group has got another number in Telegram. Enter -100987 as the chat."
    )


def test_the_wait_that_the_body_names_is_kept(place):
    place.receiver.plan(body(429, "Too Many Requests: retry after 90", retry_after=90))
    post = due_post(place.stream)
    send_due()
    row = delivery_of(post)
    assert row.state == "retry"
    assert 85 < (row.next_at - database_now()).total_seconds() <= 91


@pytest.mark.parametrize(
    "said", [b"", b"[]", b'{"ok": true}', b'{"ok": true, "result": {}}', b'{"ok": false}', b"[" * 9000]
)
def test_an_answer_that_names_no_message_is_no_success(place, said):
    place.receiver.plan(answer(200, body=said or b" "))
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
    assert (call.path, call.json) == (
        f"/bot{TOKEN}/deleteMessage",
        {"chat_id": "@roadworks", "message_id": 77},
    )


def test_a_message_that_is_gone_already_is_withdrawn(place):
    assert withdrawn(place, body(400, "Bad Request: message to delete not found")).state == "delivered"


def test_after_48_hours_a_person_must_delete_it(place):
    row = withdrawn(place, body(400, "Bad Request: message can't be deleted for everyone"))
    assert (row.state, row.reason) == (
        "failed", "Telegram lets a bot delete a message for 48 hours only. Delete it in the chat.",
    )  # fmt: skip


def test_a_lost_answer_to_a_deletion_is_asked_for_again(place):
    row = withdrawn(place, reset_after_processing())
    assert (row.state, row.ambiguous) == ("retry", False)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("field", "value"),
    [("settings.chat", ""), ("settings.chat", "roadworks"), ("settings.chat", "@a b"), ("secrets.token", "secret"),
     ("settings.server", "http://10.0.0.1")],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_at_its_field(app, field, value):
    given = {"settings.chat": "@roadworks", "secrets.token": TOKEN, "settings.server": "", field: value}
    problems = refused(
        "telegram",
        {"chat": given["settings.chat"], "server": given["settings.server"]},
        {"token": given["secrets.token"]},
    )
    assert set(problems) == {field}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_good_account_shows_no_secret(app):
    team = make_team()
    account, shown = connect("telegram", "T", {"chat": "-1001234567890"}, {"token": TOKEN}, actor=make_actor(team),
                             team_id=team.id, now=database_now())  # fmt: skip
    db.session.commit()
    assert (account.settings, shown) == ({"chat": "-1001234567890", "server": ""}, {})


def test_a_test_asks_for_the_chat_and_posts_nothing(place):
    try_out(place.account, actor=make_actor(place.stream.team), now=database_now())
    (call,) = place.calls()
    assert (call.path, call.json) == (f"/bot{TOKEN}/getChat", {"chat_id": "@roadworks"})
