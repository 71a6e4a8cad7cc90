"""What every answer forbids the browser, and what is refused because another site sent it."""

import re

import pytest
from flask import render_template_string

from calendar_app import create_app
from calendar_app.extensions import db
from tests.browsing import Browser
from tests.conftest import settings_for

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture
def fresh_app(app):
    """A second app on the same database, to which a test may add views and https."""
    made = []

    def make(**changes):
        given = app.config["SETTINGS"]
        made.append(create_app(settings_for(given.data, given.database_url, given.redis_url, **changes)))
        made[-1].test_client_class = Browser
        return made[-1]

    yield make
    for one in made:
        with one.app_context():
            db.engine.dispose()


@pytest.mark.parametrize(
    ("path", "status"),
    [("/sign-in", 200), ("/nothing/here", 404), ("/sign-out", 405), ("/team", 303), ("/static/css/tokens.css", 200),
     ("/api/v1/nothing", 404), ("/healthz", 200)],
)  # fmt: skip
def test_every_answer_carries_the_headers(client, path, status):
    with client.get(path) as answer:
        assert answer.status_code == status
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
        assert "Strict-Transport-Security" not in answer.headers


def test_browsers_are_told_to_stay_on_https_where_the_site_is(fresh_app):
    https = fresh_app(base_url="https://news.example.org")
    with https.app_context():
        answer = https.test_client().get("/sign-in", base_url="https://news.example.org")
        assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


def test_a_nonce_is_announced_where_it_is_used_and_never_twice(fresh_app):
    app = fresh_app()
    app.add_url_rule("/nonce", "nonce", lambda: render_template_string("{{ csp_nonce() }} {{ csp_nonce() }}"))
    with app.app_context():
        answers = [app.test_client().get("/nonce") for _ in range(2)]
    nonces = []
    for answer in answers:
        first, second = answer.text.split()
        assert first == second
        assert f"script-src 'self' 'nonce-{first}';" in answer.headers["Content-Security-Policy"]
        assert len(first) >= 22
        nonces.append(first)
    assert nonces[0] != nonces[1]


def test_a_door_may_tell_a_stricter_policy(fresh_app):
    app = fresh_app()
    strict = {"Content-Security-Policy": "default-src 'none'; sandbox"}
    app.add_url_rule("/file", "file", lambda: ("bytes", 200, strict))
    with app.app_context():
        assert app.test_client().get("/file").headers.getlist("Content-Security-Policy") == list(
            strict.values()
        )


def test_no_template_has_a_script_a_style_or_a_handler_in_line(app):
    for name in app.jinja_env.list_templates(filter_func=lambda one: one.endswith(".html")):
        source, _path, _fresh = app.jinja_env.loader.get_source(app.jinja_env, name)
        if name.startswith("emails/"):
            continue
        for found in re.findall(r"<script\b[^>]*>", source):
            assert " src=" in found or "nonce=" in found, f"{name}: {found}"
        assert not re.search(r"<style\b(?![^>]*nonce=)", source), name
        assert not re.search(r"<[a-z][^>]*\sstyle=", source), name
        assert not re.search(r"<[a-z][^>]*\son[a-z]+=", source), name


HERE = "http://localhost"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 422),
        ({"Sec-Fetch-Site": "same-origin"}, 422),
        ({"Sec-Fetch-Site": "none"}, 422),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": HERE}, 403),
        ({"Origin": HERE}, 422),
        ({"Origin": "http://127.0.0.1:8000"}, 422),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "https://localhost"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
    ],
)
def test_a_form_is_only_taken_from_our_own_pages(client, headers, status):
    assert client.post("/sign-in", data={}, headers=headers).status_code == status


def test_looking_from_another_site_is_allowed(client):
    assert client.get("/sign-in", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_readers_get_no_cookie(client):
    for path in ("/", "/healthz", "/static/css/base.css", "/nothing/here", "/team"):
        with client.get(path) as answer:
            assert answer.headers.getlist("Set-Cookie") == []
