from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.people import api_tokens
from calendar_app.people.models import ApiToken
from calendar_app.times import utcnow
from tests.api.program import Program, is_problem, program_of, token_for
from tests.factories import make_person, make_stream, make_team


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic c2xjOng=", "slc_abc", "Bearer slc_" + "A" * 43, "Bearer slc_ÿ"],
)
def test_without_a_token_that_opens_something_nothing_is_answered(app, header):
    headers = {} if header is None else {"Authorization": header}
    answer = app.test_client().get("/api/v1/me", headers=headers)
    assert "token" in is_problem(answer, 401).lower()
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="Sluice"')


def test_a_wrong_token_is_told_apart_from_none(app):
    answer = app.test_client().get("/api/v1/me", headers={"Authorization": "Bearer slc_nothing"})
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Sluice", error="invalid_token"'


def test_an_expired_token_opens_nothing(app, team):
    api = Program(app, token_for(make_person(team), days=1, now=utcnow() - timedelta(days=2)))
    is_problem(api.get("/me"), 401)


def test_a_revoked_token_opens_nothing(app, team):
    api = program_of(app, team)
    assert api.get("/me").status_code == 200
    api_tokens.revoke(db.session.scalars(sa.select(ApiToken)).one())
    db.session.commit()
    is_problem(api.get("/me"), 401)


def test_a_token_of_a_disabled_person_opens_nothing(app, team):
    person = make_person(team)
    api = Program(app, token_for(person))
    person.disabled_at = utcnow()
    db.session.commit()
    is_problem(api.get("/me"), 401)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/streams"), ("PATCH", "/streams/road-works"), ("POST", "/accounts"), ("POST", "/posts"),
        ("DELETE", "/posts/00000000-0000-4000-8000-000000000000"),
    ],
)  # fmt: skip
def test_a_reading_token_may_only_read(app, team, stream, method, path):
    api = program_of(app, team, scope="read")
    assert api.get("/streams/road-works").status_code == 200
    sentence = is_problem(api.send(method, path, json={"name": "Other"}), 403)
    assert sentence == "This token may only read. Make one with the scope “write”."


def test_a_viewer_may_look_and_not_write(app, team, stream):
    api = program_of(app, team, role="viewer")
    assert [item["handle"] for item in api.get("/streams").json["items"]] == ["road-works"]
    is_problem(api.post("/posts", {"streams": ["road-works"], "title": "No"}), 403)
    is_problem(api.post("/streams", {"handle": "other", "name": "Other"}), 403)
    is_problem(api.post("/accounts", {"channel": "log", "name": "Other"}), 403)


def test_no_cookie_is_read_or_set(app, team):
    client = app.test_client()
    client.set_cookie("sluice", "A" * 43, domain="localhost")
    client.set_cookie("sluice-form", "A" * 43, domain="localhost")
    token = token_for(make_person(team))
    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.headers.get("Set-Cookie"), answer.headers.get("Vary")) == (
        200,
        None,
        None,
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/api/v1/me").status_code == 401


def test_forms_of_other_sites_have_no_bearing_on_a_token(app, team, stream):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        api = program_of(app, team)
        headers = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
        body = {"streams": ["road-works"], "title": "From a program"}
        assert api.send("POST", "/posts", json=body, headers=headers).status_code == 201
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_each_token_has_a_rate_of_its_own(app, team):
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, api_rate="3/hour")
    try:
        busy, calm = program_of(app, team), program_of(app, team)
        answers = [busy.get(path) for path in ("/me", "/streams", "/posts", "/me")]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
        assert [answer.headers.get("Retry-After") for answer in answers[:3]] == [None, None, None]
        is_problem(answers[3], 429)
        assert 3500 < int(answers[3].headers["Retry-After"]) <= 3601
        assert calm.get("/me").status_code == 200
    finally:
        app.config["SETTINGS"] = settings


def test_guessing_tokens_is_slowed_down_per_address(app):
    client = app.test_client()
    answers = [
        client.get("/api/v1/me", headers={"Authorization": f"Bearer slc_{n}"}).status_code for n in range(125)
    ]
    assert answers == [401] * 120 + [429] * 5


def test_a_token_reaches_only_the_teams_of_its_person(app, team, stream):
    elsewhere = make_team()
    make_stream(elsewhere, "elsewhere")
    api = program_of(app, team)
    assert [item["handle"] for item in api.get("/streams").json["items"]] == ["road-works"]
    is_problem(api.get("/streams/elsewhere"), 404)


def test_a_refusal_is_on_record(app, team, stream):
    from calendar_app.people.models import Audit

    api = program_of(app, team, scope="read")
    api.post("/posts", {"streams": ["road-works"]})
    refusals = db.session.scalars(sa.select(Audit.subject).where(Audit.action == "refused")).all()
    assert refusals == ["POST /api/v1/posts"]
