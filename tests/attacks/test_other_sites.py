"""Another site makes a member's browser send something: nothing happens."""

from __future__ import annotations

import re

import pytest

from calendar_app.extensions import db
from tests.attacks.contents import contents
from tests.attacks.test_roles import BODIES, OF_AUTHORS, OF_EDITORS, OF_OWNERS, changing
from tests.browsing import Browser
from tests.factories import make_person, make_post

PAGES = {name for name in OF_AUTHORS | OF_EDITORS | OF_OWNERS if not name.startswith("api.")} | {
    *("people.sign_out", "settings.save_profile", "settings.make_token", "settings.change_password"),
    *("settings.end_other_sessions", "writing.preview"),
}
FROM_ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "CROSS-SITE"},
    {"Sec-Fetch-Site": ""}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": ""},
    {"Origin": "http://127.0.0.1.evil.example"}, {"Origin": "http://127.0.0.1:8001"}, {"Origin": "https://127.0.0.1:8000"},
    {"Origin": "http://127.0.0.1:8000/"}, {"Origin": "http://127.0.0.1:8000@evil.example"},
]  # fmt: skip

OVERRIDES = {"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "POST"}


@pytest.fixture
def guarded(app, monkeypatch):
    """With the check of forms' tokens, which other tests leave out."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return app


@pytest.fixture
def member(guarded, owner, stream, browser):
    make_post(stream)
    return browser.sign_in(owner)


def paths(app, post):
    names = {"number": post.uuid, "handle": "roads"}
    for rule, method in changing(app, PAGES):
        path = re.sub(r"<[^<>]*?(\w+)>", lambda named: str(names.get(named[1], 1)), rule.rule)
        yield rule.endpoint, path, method


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_page_acts_without_the_token_of_its_form(guarded, app, team, stream, owner, member):
    post = make_post(stream)
    stranger = Browser(app, app.response_class).sign_in(make_person(team))
    tokens = {
        "none": "",
        "another's": stranger.form_token("/settings"),
        "cut": member.form_token("/settings")[:-3],
    }
    before, acted = contents(), {}
    for endpoint, path, method in paths(app, post):
        for kind, token in tokens.items():
            for sent in ({"data": {**BODIES.get(endpoint, {}), "csrf_token": token}},
                         {"json": BODIES.get(endpoint, {}), "headers": {"X-CSRFToken": token}},
                         {"data": '{"title": "Mine"}', "content_type": "text/plain"}):  # fmt: skip
                if (status := member.open(path, method=method, **sent).status_code) != 400:
                    acted[endpoint, kind] = status
    assert (acted, contents()) == ({}, before)
    assert member.get("/team").status_code == 200


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
def test_even_with_a_token_nothing_is_taken_from_another_site(app, stream, owner, member, headers):
    post = make_post(stream)
    token = member.form_token("/settings")
    before = contents()
    statuses = {
        member.open(path, method=method, data={"csrf_token": token}, headers=headers).status_code
        for _, path, method in paths(app, post)
    }
    assert (statuses, contents()) == ({403}, before)


def test_nothing_is_changed_by_looking_however_it_is_asked(app, stream, owner, browser):
    browser.sign_in(owner)
    post = make_post(stream)
    before = contents()
    for _, path, _ in paths(app, post):
        for method in ("GET", "HEAD", "OPTIONS"):
            asked = f"{path}?_method=POST&method=DELETE&title=Mine"
            browser.open(asked, method=method, headers=OVERRIDES, data={"_method": "POST"})
    assert contents() == before
    db.session.expire_all()
    assert browser.get("/team").status_code == 200
