"""Somebody of one team reaches for what belongs to another."""

from __future__ import annotations

import pytest

from calendar_app.extensions import db
from calendar_app.people import api_tokens
from tests.attacks.contents import contents
from tests.factories import make_account, make_person, make_post, make_stream, make_team

MARK = "Quokka"


@pytest.fixture
def others(team):
    """A team whose id begins with that of ours, with a member whom nobody else may see."""
    found = make_team(MARK)
    found.id = team.id * 10
    db.session.flush()
    make_person(found, "owner", email="quokka@example.org", name=f"{MARK} Person")
    return found


def padded(team, other):
    """Digits whose first eighteen mean our team, and which mean the other as a whole."""
    rest = str(other.id).removeprefix(str(team.id))
    return str(team.id).zfill(18) + rest


@pytest.mark.parametrize("path", ["/team", "/posts/new", "/streams/new"])
def test_a_number_that_begins_like_ours_is_another_team(team, others, stream, owner, browser, path):
    browser.sign_in(owner)
    assert browser.get(f"{path}?team={team.id}").status_code == 200
    answer = browser.get(f"{path}?team={padded(team, others)}")
    assert (answer.status_code, MARK in answer.text) == (404, False)


def test_a_refused_form_offers_nobody_of_another_team(team, others, owner, browser):
    browser.sign_in(owner)
    answer = browser.send("/streams/new", {"team": padded(team, others), "handle": "", "name": ""})
    assert (answer.status_code, f"{MARK} Person" in answer.text) == (422, False)


@pytest.mark.parametrize(
    "digits", ["9" * 18, "0" * 17 + "1" + "0" * 40, "0" * 17 + "1" + "0" * 5000, "²", "-1"]
)
def test_a_number_of_any_length_is_no_crash(team, stream, owner, browser, digits):
    browser.sign_in(owner)
    assert browser.get(f"/team?team={digits}").status_code == 404
    assert browser.send("/streams/new", {"team": digits, "handle": "", "name": ""}).status_code == 422


def test_things_of_another_team_cannot_be_put_into_ours(app, team, stream, owner, others, browser):
    """Their streams, accounts, people and the team itself, wherever a body may name one."""
    them = make_person(others, "editor", name=f"{MARK} Editor")
    theirs = make_stream(others, "quokkas", name=f"{MARK} stream")
    account = make_account(others, name=f"{MARK} account", streams=[theirs])
    post = make_post(stream)
    key = {"Authorization": f"Bearer {api_tokens.create(owner, 'Key', 'write')}"}
    browser.sign_in(owner)
    path = f"/posts/{post.uuid}"
    programs = [
        ("POST", "/posts", {"streams": ["quokkas"]}),
        ("POST", "/posts", {"streams": ["roads", "quokkas"]}),
        ("POST", "/posts", {"streams": ["roads"], "accounts": [account.id]}),
        ("POST", "/posts", {"streams": ["roads"], "variants": {str(account.id): {"text": "Mine"}}}),
        ("PATCH", path, {"version": 1, "streams": ["quokkas"]}),
        ("PATCH", path, {"version": 1, "accounts": [account.id]}),
        ("PATCH", path, {"version": 1, "variants": {str(account.id): {"text": "Mine"}}}),
        ("POST", "/streams", {"handle": "mine", "name": "Mine", "team": others.id}),
        ("POST", "/streams", {"handle": "mine", "name": "Mine", "responsible": them.id}),
        ("POST", "/streams", {"handle": "mine", "name": "Mine", "default_accounts": [account.id]}),
        ("PATCH", "/streams/roads", {"responsible": them.id}),
        ("PATCH", "/streams/roads", {"default_accounts": [account.id]}),
        ("POST", "/accounts", {"channel": "log", "name": "Mine", "team": others.id}),
        ("GET", "/posts?stream=quokkas", None),
        ("GET", "/calendar?from=2026-01-01&to=2026-02-01&stream=quokkas", None),
    ]
    draft = {"title": "Mine", "draft_key": "k" * 20, "places": "own", "version": "1"}
    forms = [
        ("/posts", {**draft, "stream": "quokkas"}),
        ("/posts", {**draft, "stream": ["roads", "quokkas"], "home": "quokkas"}),
        (path, {**draft, "stream": "roads", "account": account.id}),
        (path, {**draft, "stream": "roads", f"variant_{account.id}": "Mine"}),
        ("/streams/new", {"handle": "mine", "name": "Mine", "timezone": "UTC", "team": others.id}),
        ("/streams/new", {"handle": "mine", "name": "Mine", "timezone": "UTC", "responsible": them.id}),
        ("/streams/roads/edit", {"name": "Roads", "responsible": them.id}),
        ("/streams/roads/edit", {"name": "Roads", "default_accounts": account.id}),
        (f"/accounts/new?channel=log&team={others.id}", {"name": "Mine"}),
        (f"/team/invitations?team={others.id}", {"email": "mine@example.org", "role": "owner"}),
    ]
    before = contents()
    answers = [browser.open(f"/api/v1{to}", method=how, json=body, headers=key) for how, to, body in programs]
    answers += [browser.post(to, data=body) for to, body in forms]
    saved = browser.post(
        f"{path}/draft", json={"version": 1, "streams": ["quokkas"], "accounts": [account.id]}
    )
    looked = browser.post(
        "/posts/preview", json={"streams": ["quokkas"], "accounts": [account.id], "text": "x"}
    )
    assert {answer.status_code for answer in answers} <= {404, 422}
    assert [MARK in answer.text for answer in (*answers, saved, looked)] == [False] * (len(answers) + 2)
    assert contents() == before
