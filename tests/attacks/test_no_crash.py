"""What no form of ours sends: every answer is a sentence, none a crash, on either database."""

from __future__ import annotations

import json

import pytest

from tests.factories import make_account, make_post

DEEP = "[" * 100_000
HALF = '"\\ud800"'


@pytest.fixture
def post(team, stream):
    make_account(team, streams=[stream])
    return make_post(stream)


@pytest.fixture
def member(owner, post, browser):
    return browser.sign_in(owner)


ADDRESSES = [
    "/calendar/changes?after=-1", "/calendar/changes?after=999999999999999", "/calendar/changes?after=x",
    "/calendar/events?after=99999999999999999999", "/calendar/events?after=%D9%A2",
    "/calendar/changes?after=0001-01-01T00:00:00%2B14:00", "/calendar/changes?after=9999-12-31T23:59:59-14:00",
    "/calendar?view=streams&date=2198-12-31", "/calendar?view=streams&date=1971-01-01", "/calendar?view=list&q=%25_%5C",
    "/calendar?date=9999-12-31", "/calendar?date=0001-01-01", "/calendar?date=2198-12-31&view=week",
    "/calendar?date=1971-01-01&view=week", "/calendar?date=2026-02-30", "/calendar?date=%D9%A2026-01-01",
    "/calendar?page=999999999&view=list", "/calendar?person=999999999", "/calendar?page=1e9", "/calendar?view=%00",
    "/calendar?streams=" + "+".join(f"s{number}" for number in range(10_000)), "/calendar?streams=%00&states=draft",
    "/calendar?post=00000000-0000-0000-0000-000000000000", "/calendar?post=%27%22%3E", "/calendar/days/2026-13-01",
    "/calendar/days/%00", "/posts/new?stream=%00ab", "/posts/new?at=9999-99-99T99:99&date=%F0%9F%92%A9",
    "/posts/new?date=2199-12-31", "/posts/new?date=1970-01-01&at=00:00", "/posts/slots?streams=%00ab+roads",
    "/posts/slots?streams=" + "+".join(f"s{number}" for number in range(10_000)), "/streams/%00ab/edit",
    "/streams/slots?cadence=%00&timezone=%00", "/streams/slots?cadence=" + "a" * 5000 + "&timezone=" + "b" * 5000,
    "/deliveries/%00/resolution", "/sign-in?next=%00", "/sign-in?next=" + "/a" * 3000, "/enter/set-up/%00",
    "/team/%00.ics", "/team/x.ics?streams=%00&states=%00", "/streams/%00.ics", "/follow/%00+roads.ics",
    "/accounts/new?channel=%00", "/accounts/2147483648", "/static/%00", "/static/..%2f..%2fpyproject.toml", "/%00",
    "/%ED%A0%80", "/%FF%FE", "/calendar?%ED%A0%80=%ED%A0%80", "/sign-in?next=%ED%A0%80",
]  # fmt: skip


def test_an_odd_address_is_no_crash(member):
    assert {path: status for path in ADDRESSES if (status := member.get(path).status_code) >= 500} == {}


TAKE_JSON = ("/sign-in", "/posts/preview", "/posts", "/posts/{}/draft", "/posts/{}/move", "/posts/steps")
BODIES = [
    DEEP, '{"a":' * 50_000, "", "null", "1e999", "NaN", "9" * 5000, f"[{HALF}]", f"{{{HALF}: 1}}", b"\xff\xfe{}",
    b'{"title": "\xed\xa0\x80"}', f'{{"email": "a@b.no", "password": {HALF}, "title": {HALF}, "version": 1}}',
    '{"version": 1, "date": {}, "title": 1, "streams": "roads", "accounts": {}, "variants": [], "event": 1}',
    '{"version": true, "uuid": {}, "streams": [[]], "accounts": [{}], "variants": {"x": 1}, "fold": []}',
    '{"version": 1, "uuid": "\\u0000", "draft_key": {}, "email": [], "password": {}, "publish_at": "9999-12-31T00:00"}',
    '{"acts": [{"do": "move", "id": "00000000-0000-0000-0000-000000000000", "version": 1, "at": "9999-12-31T23:59Z"}]}',
    '{"acts": [1, {"do": "copy", "id": [], "version": true}]}', '{"acts": {"do": "move"}}',
    '{"version": 99999999999, "accounts": [9999999999], "variants": {"9999999999": {}}, "streams": ["\\u0000"]}',
]  # fmt: skip


def test_an_odd_body_is_no_crash(member, post):
    crashes = []
    for body in BODIES:
        for path in TAKE_JSON:
            answer = member.post(path.format(post.uuid), data=body, content_type="application/json")
            crashes += [(path, body[:80])] if answer.status_code >= 500 else []
    assert crashes == []


VALUES = [
    {"streams": [f"s{number}" for number in range(66_000)]},
    {"accounts": list(range(1, 66_000))},
    {"variants": {str(number): {"text": "x"} for number in range(1, 66_000)}},
    {"event": {"starts_at": "2199-12-31T23:59", "ends_at": "1970-01-01T00:00", "timezone": "Pacific/Kiritimati"}},
    {"publish_at": "1970-01-01T00:00", "timezone": "Pacific/Kiritimati", "title": "\0", "text": "\0" * 10},
    {"publish_at": "2199-12-31T23:59:59.999999", "timezone": "Etc/GMT+12", "language": "en\n", "link": "http://[::1"},
    {"publish_at": "T", "timezone": "../../etc/passwd", "link": "javascript:alert(1)", "kind": "x" * 5000},
    {"title": "x" * 100_000, "text": "y" * 100_000, "link": "https://e.no/" + "z" * 100_000, "timezone": "a" * 100_000},
]  # fmt: skip


def test_values_beyond_all_measure_are_no_crash(member, post):
    crashes = []
    for values in VALUES:
        body = json.dumps({"streams": ["roads"], "version": 1, "draft_key": "k" * 20, **values})
        for path in ("/posts/preview", "/posts", f"/posts/{post.uuid}/draft"):
            answer = member.post(path, data=body, content_type="application/json")
            crashes += [(path, body[:80])] if answer.status_code >= 500 else []
    assert crashes == []


FORMS = [
    {"title": "x", "stream": [f"s{number}" for number in range(9_000)]},
    {"title": "\0", "text": "\0", "stream": ["\0", "roads"], "home": "\0", "language": "\0", "kind": "\0"},
    {"title": "x", "stream": "roads", "places": "own", "account": ["\0", "-1", "2147483648", "x" * 5000]},
    {"title": "x", "stream": "roads", "places": "own", "variant_\0": "x", "variant_²": "x", "variant_": "x"},
    {"title": "x", "stream": "roads", "publish_date": "\0", "publish_time": "\0", "timezone": "\0", "fold": "\0"},
    {"title": "x", "stream": "roads", "slot": "||", "step": "\0", "version": "\0"},
    {"title": "x", "stream": "roads", "slot": "9999-12-31T00:00|Europe/Oslo|1", "version": "9" * 5000},
]  # fmt: skip


def test_an_odd_form_is_no_crash(member, post):
    crashes = []
    for form in FORMS:
        for path in (
            "/posts",
            f"/posts/{post.uuid}",
            f"/posts/{post.uuid}/schedule",
            f"/posts/{post.uuid}/move",
        ):
            answer = member.post(path, data={"draft_key": "k" * 20, "version": "1", **form})
            crashes += [(path, form)] if answer.status_code >= 500 else []
    assert crashes == []


ODD = ["\0", "\ud7ff\uffff", "x" * 5000, "9" * 5000, "\r\nSet-Cookie: a=b", "2147483648"]


@pytest.mark.parametrize("odd", ODD)
def test_odd_words_in_the_fields_of_any_form_are_no_crash(member, owner, stream, odd):
    forms = {
        "/streams/new": (
            "team",
            "handle",
            "name",
            "colour",
            "timezone",
            "cadence",
            "responsible",
            "default_accounts",
        ),
        "/streams/roads/edit": (
            "name",
            "description",
            "visibility",
            "guidelines",
            "grace_minutes",
            "language",
        ),
        "/accounts/new?channel=webhook": ("name", "settings.url", "settings." + odd[:50], "secrets.secret"),
        "/accounts/1": ("name", "settings.url", "secrets." + odd[:50], "drop_secrets"),
        "/team/invitations": ("email", "role"),
        "/team/members/1/role": ("role",),
        "/settings/profile": ("name", "timezone", "locale"),
        "/settings/password": ("current", "password"),
        "/settings/tokens": ("token_name", "scope", "days"),
        "/deliveries/1/resolution": ("outcome",),
    }
    for path, names in forms.items():
        for name in names:
            answer = member.post(path, data={name: odd})
            assert answer.status_code < 500, (path, name)
            assert "a=b" not in answer.headers.get("Set-Cookie", "")
