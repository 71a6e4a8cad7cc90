"""One step for many posts: each by itself, strangers' posts are not there, and what can be is taken back."""

from datetime import timedelta

import pytest

from calendar_app.extensions import database_now, db
from calendar_app.posts.models import Post
from tests.factories import make_stream, make_team
from tests.planner.test_views import oslo, planned

LIST = "/calendar?view=list&date=2026-12-01"


@pytest.fixture
def team(app):
    return make_team()


def many(browser, step, *posts, **sent):
    headers = {"X-CSRFToken": browser.form_token(LIST), "Accept": "application/json"}
    body = {"act": step, "posts": [getattr(post, "uuid", post) for post in posts]} | sent
    return browser.post("/calendar/many", json=body, headers=headers)


def states():
    db.session.rollback()
    return {post.title: post.state for post in db.session.query(Post)}


def test_each_post_takes_the_step_that_fits_it_and_the_others_say_why_not(team, signed_in):
    stream, soon = make_stream(team), database_now() + timedelta(days=3)
    planned(make_stream(), title="Theirs", at=soon)
    ours = [planned(stream, title=title, at=soon) for title in ("A", "B")]
    late = planned(stream, title="Late", at=database_now() - timedelta(days=3))
    theirs = db.session.query(Post).filter_by(title="Theirs").one()
    browser = signed_in(oslo(team))
    answer = many(browser, "schedule", *ours, late, theirs).json
    assert answer["posts"] == [post.uuid for post in ours]
    assert answer["sentence"].startswith("2 posts were scheduled. “Late”: ")
    assert states() == {"A": "scheduled", "B": "scheduled", "Late": "draft", "Theirs": "draft"}
    assert many(browser, "draft", *ours).json["sentence"] == "2 posts are drafts again."


def test_posts_move_by_days_and_back(team, signed_in):
    stream = make_stream(team)
    posts = [planned(stream, title=title) for title in ("A", "B")]
    before = [post.due_at for post in posts]
    browser = signed_in(oslo(team))
    answer = many(browser, "move", *posts, days=7).json
    db.session.rollback()
    assert [post.due_at - old for post, old in zip(posts, before, strict=True)] == [timedelta(days=7)] * 2
    many(browser, answer["undo"]["act"], *answer["undo"]["posts"], days=answer["undo"]["days"])
    db.session.rollback()
    assert [post.due_at for post in posts] == before


def test_what_was_thrown_away_comes_back(team, signed_in):
    posts = [planned(make_stream(team), title=title) for title in ("A", "B")]
    browser = signed_in(oslo(team))
    answer = many(browser, "discard", *posts).json
    assert states() == {}
    assert (
        many(browser, answer["undo"]["act"], *answer["undo"]["posts"]).json["sentence"] == "2 posts are back."
    )
    assert states() == {"A": "draft", "B": "draft"}


@pytest.mark.parametrize(
    "sent",
    [{"act": "publish"}, {"act": "move", "days": 0}, {"act": "move", "days": "x"}, {"act": None, "posts": 7}],
)
def test_what_is_no_step_is_refused_with_a_sentence(team, signed_in, sent):
    post = planned(make_stream(team))
    answer = many(signed_in(oslo(team)), None, post, **sent)
    assert (answer.status_code, bool(answer.json["sentence"])) == (422, True)


def test_a_viewer_chooses_nothing_and_changes_nothing(team, signed_in):
    post = planned(make_stream(team), title="A")
    browser = signed_in(oslo(team, "viewer"))
    assert "data-choose>" not in browser.get(LIST).text
    assert many(browser, "discard", post).status_code == 403
    assert states() == {"A": "draft"}


def test_without_scripts_the_form_does_the_same(team, signed_in):
    post = planned(make_stream(team), title="A")
    browser = signed_in(oslo(team))
    answer = browser.send("/calendar/many", {"post": post.uuid, "act": "review", "here": LIST}, page=LIST)
    assert (answer.status_code, answer.location) == (303, LIST)
    assert "1 post was sent for review." in browser.get(LIST).text
