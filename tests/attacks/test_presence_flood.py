"""Saying without end that one is here and gone again: each time would be told to everybody."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.planner import live_views
from calendar_app.planner.models import PlanChange
from tests.browsing import Browser
from tests.factories import make_person, make_post


@pytest.fixture
def database():
    return "sqlite"


def say(browser, post, doing):
    return browser.post(f"/posts/{post.uuid}/presence", json={"doing": doing}).status_code


def most(rate):
    return int(rate.partition("/")[0])


def test_who_comes_and_goes_without_end_is_no_longer_heard_on_that_post(app, browser, stream, owner):
    post, other = make_post(stream), make_post(stream)
    browser.sign_in(owner)
    allowed = most(live_views.HERE_OFTEN)
    statuses = [say(browser, post, ("reading", "gone")[number % 2]) for number in range(allowed + 4)]
    assert statuses == [200] * allowed + [429] * 4
    here = sa.select(sa.func.count(PlanChange.id)).where(PlanChange.kind == "here")
    assert db.session.scalar(here) <= allowed
    assert say(browser, other, "reading") == 200
    colleague = Browser(app, app.response_class).sign_in(make_person(stream.team, "viewer"))
    assert say(colleague, post, "reading") == 200


def test_nor_on_all_posts_together(browser, stream, owner):
    browser.sign_in(owner)
    each, all_of_them = most(live_views.HERE_OFTEN) - 1, most(live_views.HERE_EVERYWHERE)
    posts = [make_post(stream) for _number in range(all_of_them // each + 1)]
    statuses = [say(browser, posts[number // each], "reading") for number in range(all_of_them + 1)]
    assert statuses == [200] * all_of_them + [429]
