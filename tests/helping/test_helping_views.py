"""The first steps lead to the first scheduled post and are gone then; help explains every page."""

from __future__ import annotations

import pytest

from calendar_app.extensions import db
from calendar_app.helping.topics import TOPICS, topic_of
from tests.factories import make_account, make_person, make_post, make_scheduled, make_stream, make_team

GUIDE = "Your first post in three steps"
NO_PLACE = "Your own pages and feeds need nothing more."


@pytest.fixture
def kari(app):
    return make_person(make_team("Town hall"), "owner")


@pytest.fixture
def database():
    return "sqlite"


def test_the_first_steps_follow_what_is_there_and_end_with_a_scheduled_post(kari, signed_in):
    team = kari.memberships[0].team
    stream = make_stream(team, "roads")
    db.session.commit()
    browser = signed_in(kari)
    page = browser.get("/calendar").text
    assert GUIDE in page and 'href="/posts/new?stream=roads"' in page and NO_PLACE in page
    post = make_post(stream)
    make_account(team)
    db.session.commit()
    page = browser.get("/calendar").text
    assert f'href="/posts/{post.uuid}/edit">Open the draft' in page and NO_PLACE not in page
    make_scheduled(stream)
    db.session.commit()
    assert GUIDE not in browser.get("/calendar").text


def test_whoever_may_not_write_is_not_led_to_writing(kari, signed_in):
    team = kari.memberships[0].team
    make_stream(team, "roads")
    db.session.commit()
    assert GUIDE not in signed_in(make_person(team, "viewer")).get("/calendar").text


def test_the_search_answers_in_json_what_the_palette_shows(kari, signed_in):
    stream = make_stream(kari.memberships[0].team, "roads", name="Road works", hue="amber")
    post = make_post(stream, title="Bridge <b>")
    db.session.commit()
    answer = signed_in(kari).get("/find?q=bridge", headers={"Accept": "application/json"})
    assert answer.json["items"] == [
        {"kind": "post", "title": "Bridge <b>", "detail": "Road works", "href": f"/posts/{post.uuid}/edit",
         "hue": "amber", "state": "draft", "when": ""}
    ]  # fmt: skip


def test_every_topic_has_its_section_and_every_page_its_topic(kari, signed_in):
    page = signed_in(kari).get("/help").text
    for topic in TOPICS:
        assert "built-in" not in page and f'<section id="{topic}">' in page and f'href="#{topic}"' in page
    assert {topic_of(path) for path in ("/streams/new", "/needs", "/accounts", "/settings", "/posts/1/edit")} == {
        "streams", "outcomes", "places", "team", "posts",
    }  # fmt: skip
    assert topic_of("/streamsX") == TOPICS[0]


def test_only_what_one_may_do_is_offered(kari, signed_in):
    team = kari.memberships[0].team
    make_stream(team, "roads")
    db.session.commit()
    offered = {"owner": 3, "editor": 2, "author": 1, "viewer": 0}
    for role, number in offered.items():
        page = signed_in(make_person(team, role)).get("/help").text
        palette = page[page.index("data-palette") :]
        links = [f'data-href="{path}"' for path in ("/posts/new", "/streams/new", "/accounts/new")]
        assert [link in palette for link in links] == [place < number for place in range(3)], role
