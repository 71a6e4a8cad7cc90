"""What a linked page says of itself: fetched with a press, its picture with rights that nobody knows yet."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.linked.reading import Found, read
from calendar_app.media.models import Medium
from calendar_app.people.roles import actor_for
from calendar_app.posts.drafting import edit
from calendar_app.posts.scheduling import schedule
from calendar_app.posts.values import values_of
from tests.browsing import Browser
from tests.factories import make_person, make_post, make_stream, plan_for
from tests.media.pictures import png
from tests.receiver import Receiver, answer

PAGE = b"""<!doctype html><title>Home</title><meta property="og:title" content=" Bridge
 reopened "><meta property="og:image" content="/picture.png">"""
HTML = {"content_type": "text/html; charset=utf-8"}


@pytest.fixture
def database():
    return "sqlite"


@pytest.fixture
def receiver():
    with Receiver() as found:
        yield found


def test_titles_and_pictures_are_read_out_of_any_markup():
    at = "https://example.org/a/"
    assert read(PAGE, at) == Found("Bridge reopened", "https://example.org/picture.png")
    assert read(b"<title>Only \xc3\xa5</title>", at, "text/html; charset=utf-8") == Found("Only å", "")
    assert (
        read("<title>Blåbær</title>".encode("latin-1"), at, "text/html; charset=iso-8859-1").title == "Blåbær"
    )
    for nonsense in (b"", b"\x00\xff", b"<" * 5000, b'<meta property="og:image" content="javascript:1">'):
        assert read(nonsense, at).picture == ""
    assert read(PAGE, at, "text/html; charset=no-such").title in {"", "Bridge reopened"}
    bomb = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><title>&a;</title>'
    assert "root" not in read(bomb, at).title


def test_title_and_picture_come_with_a_press_and_the_rights_must_be_said(app, receiver):
    stream = make_stream()
    person = make_person(stream.team)
    browser = Browser(app, app.response_class).sign_in(person)
    receiver.plan(answer(302, location="/there"), path="/old")
    receiver.plan(path="/there", then=answer(200, body=PAGE, **HTML))
    receiver.plan(path="/picture.png", then=answer(200, body=png(40, 30), content_type="image/png"))
    seen = browser.post("/linked", json={"team": stream.team_id, "address": receiver.address("/old")}).json
    assert (seen["title"], seen["picture"]["width"], seen["picture"]["rights"]) == (
        "Bridge reopened",
        40,
        "unknown",
    )
    actor, post = actor_for(person), make_post(stream)
    pictures = [{"media": seen["picture"]["media"], "alt": "A bridge"}]
    plan_for(post, database_now() + timedelta(days=1))
    edit(post, {"pictures": pictures}, version=1, actor=actor, now=database_now())
    assert values_of(post)["pictures"][0]["rights"] == "unknown"
    with pytest.raises(Refused) as refused:
        schedule(post, actor=actor, now=database_now())
    assert "Nobody has said yet" in str(refused.value.errors)
    edit(
        post,
        {"pictures": [{**pictures[0], "rights": "own"}]},
        version=post.version,
        actor=actor,
        now=database_now(),
    )
    schedule(post, actor=actor, now=database_now())
    assert (post.state, post.pictures[0].medium.unclear) == ("scheduled", False)


@pytest.mark.parametrize(("behaviour", "sentence"), [
    (answer(404), "The page answers “404”"),
    (answer(200, body=b"%PDF", content_type="application/pdf"), "leads to a file"),
    (answer(200, body=b"<p>", **HTML), "neither its title nor a picture"),
    (answer(302, location="/hook"), "without an end"),
    (answer(302, location="ftp://example.org"), "cannot be followed"),
    (answer(302, location="http://10.0.0.1/"), "private network"),
])  # fmt: skip
def test_what_cannot_be_had_is_told_in_a_sentence(app, receiver, behaviour, sentence):
    stream = make_stream()
    browser = Browser(app, app.response_class).sign_in(make_person(stream.team))
    receiver.plan(then=behaviour)
    told = browser.post("/linked", json={"team": stream.team_id, "address": receiver.address()})
    assert told.status_code == 422 and sentence in told.json["problems"]["link"]
    assert db.session.query(Medium).count() == 0
