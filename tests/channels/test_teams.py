"""The channel `teams`, against a workflow that answers as Microsoft documents it."""

from __future__ import annotations

import json

import pytest

from calendar_app.channels import runs
from calendar_app.channels.connecting import connect
from calendar_app.channels.connecting import test_account as try_out
from calendar_app.channels.packing import content_of, open_secrets
from calendar_app.channels.registry import adapter_for
from calendar_app.channels.teams import card
from calendar_app.extensions import database_now, db
from calendar_app.posts.text import to_html
from tests.channels.contract import *  # noqa: F403
from tests.channels.services import Service, place_of
from tests.channels.steps import delivery_of, due_post, grown, refused, send_due
from tests.channels.unkeyed_contract import *  # noqa: F403
from tests.factories import make_actor, make_team
from tests.receiver import answer

HOOK = "/workflows/1234/triggers/manual/paths/invoke?api-version=2016-06-01&sig=tests_tests_tests"
ADAPTER = adapter_for("teams", {})


def usual(method, path, body):
    return (202, b" ") if method == "POST" else (401, refusal("DirectApiAuthorizationRequired"))


def refusal(code):
    return {"error": {"code": code, "message": "Said for people."}}


@pytest.fixture
def receiver():
    refusals = {
        400: refusal("TriggerInputSchemaMismatch"),
        401: refusal("DirectApiInvalidAuthorizationScheme"),
        404: refusal("WorkflowNotFound"),
        429: refusal("WorkflowRunActionRepetitionQuotaExceeded"),
        502: refusal("NoResponse"),
    }
    with Service(usual, refusals) as found:
        yield found


@pytest.fixture
def place(app, receiver):
    return place_of(receiver, "teams", {}, {"address": receiver.address(HOOK)})


def test_a_post_is_one_card_whose_words_stand_as_they_are(place):
    due_post(place.stream, title="Bridge *closed*", text="Until *Monday* & [map](https://e.org/a).", language="nb",
             link="https://example.org/bridge")  # fmt: skip
    send_due()
    (call,) = place.calls()
    assert (call.method, call.path) == ("POST", HOOK)
    (attachment,) = call.json["attachments"]
    assert (call.json["type"], attachment["contentType"]) == (
        "message",
        "application/vnd.microsoft.card.adaptive",
    )
    content = attachment["content"]
    assert (content["type"], content["version"], content["lang"]) == ("AdaptiveCard", "1.5", "nb")

    def linked(text, address):
        return {"type": "TextRun", "text": text, "color": "Accent", "underline": True,
                "selectAction": {"type": "Action.OpenUrl", "url": address}}  # fmt: skip

    assert [block["inlines"] for block in content["body"]] == [
        [{"type": "TextRun", "text": "Bridge *closed*", "weight": "Bolder", "size": "Medium"}],
        [{"type": "TextRun", "text": "Until "}, {"type": "TextRun", "text": "Monday", "italic": True},
         {"type": "TextRun", "text": " & "}, linked("map", "https://e.org/a"), {"type": "TextRun", "text": "."}],
        [linked("https://example.org/bridge", "https://example.org/bridge")],
    ]  # fmt: skip


def test_lists_quotes_and_code_are_told_apart():
    payload = card.message(runs.blocks_of(to_html("- a\n- b\n\n> said\n\n`x`\n\n---")), "")
    body = payload["attachments"][0]["content"]["body"]
    assert card.words_of(payload) == "• a\n\n• b\n\n» said\n\nx\n\n———"
    assert [block.get("spacing") for block in body] == [None, "None", None, None, None]
    assert body[3]["inlines"] == [{"type": "TextRun", "text": "x", "fontType": "Monospace"}]


def test_a_longer_text_than_a_card_holds_is_told_beforehand_and_not_sent(place):
    post = grown(due_post(place.stream), "x" * 29_000)
    send_due()
    row = delivery_of(post)
    assert (row.state, place.calls()) == ("failed", [])
    assert " bytes long; 28,672 fit." in row.reason
    assert ADAPTER.problems(content_of(post), {}) == (row.reason,)


@pytest.mark.parametrize(
    ("status", "code", "account", "delivery"),
    [(404, "WorkflowNotFound", "broken", "failed"), (400, "WorkflowTriggerIsNotEnabled", "paused", "retry"),
     (401, "DirectApiAuthorizationRequired", "paused", "retry"), (400, "TriggerInputSchemaMismatch", "ok", "failed")],
)  # fmt: skip
def test_each_code_has_its_consequence(place, status, code, account, delivery):
    place.receiver.plan(answer(status, body=json.dumps(refusal(code)).encode()))
    post = due_post(place.stream)
    send_due()
    assert (place.account.state, delivery_of(post).state) == (account, delivery)


@pytest.mark.parametrize(
    ("said", "state"),
    [(b"1", "delivered"), (b" ", "unknown"),
     (b"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429", "unknown")],
)  # fmt: skip
def test_a_connector_says_1_when_it_has_posted(place, said, state):
    place.receiver.plan(answer(200, body=said))
    post = due_post(place.stream)
    send_due()
    assert delivery_of(post).state == state


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("address", ["", "hook", "http://10.0.0.1/workflows/1"])
def test_what_is_no_address_is_refused_at_its_field(app, address):
    problems = refused("teams", {}, {"address": address})
    assert set(problems) == {"secrets.address"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_address_is_kept_sealed(app, receiver):
    team = make_team()
    account, shown = connect("teams", "T", {}, {"address": receiver.address(HOOK)}, actor=make_actor(team),
                             team_id=team.id, now=database_now())  # fmt: skip
    db.session.commit()
    assert (account.settings, shown) == ({}, {})
    assert open_secrets(account) == {"address": receiver.address(HOOK)}


def test_a_test_starts_no_workflow_and_says_what_it_cannot_know(place):
    sentence = try_out(place.account, actor=make_actor(place.stream.team), now=database_now())
    (call,) = place.calls()
    assert (call.method, call.path) == ("GET", HOOK.partition("?")[0])
    assert sentence.endswith("the first post shows whether it works.")
