"""What a channel will not take is said while a person can still do something about it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.channels.models import Delivery
from calendar_app.channels.objecting import objections
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.posts.publishing import publish_now
from calendar_app.posts.scheduling import schedule
from tests.browsing import Browser
from tests.factories import make_account, make_actor, make_person, make_post, make_stream, plan_for


@pytest.fixture
def post(app):
    stream = make_stream()
    make_account(stream.team, "ntfy", settings={"server": "https://ntfy.example", "topic": "t"}, name="Alerts",
                 streams=[stream])  # fmt: skip
    make_account(stream.team, "log", streams=[stream])
    return make_post(stream, title="", text="word " * 1000)


def test_a_post_that_a_channel_will_not_take_is_neither_planned_nor_published(post):
    (sentence,) = objections(post).values()
    assert sentence.startswith("“Alerts”: This is ") and sentence.endswith(
        "Write a shorter text for this account."
    )
    actor, now = make_actor(post.team), database_now()
    plan_for(post, now + timedelta(hours=1))
    with pytest.raises(Refused) as refused:
        schedule(post, actor=actor, now=now)
    assert refused.value.errors == {"accounts": sentence}
    with pytest.raises(Refused):
        publish_now(post, actor=actor, now=now)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 0


def test_a_shorter_text_goes_everywhere(post):
    post.text = "Short"
    assert objections(post) == {}
    now = database_now()
    plan_for(post, now + timedelta(hours=1))
    schedule(post, actor=make_actor(post.team), now=now)
    assert (post.state, len(post.deliveries)) == ("scheduled", 2)


def test_the_composer_shows_each_part_with_its_count_and_what_speaks_against_it(app, post):
    app.config["WTF_CSRF_ENABLED"] = True
    app.test_client_class = Browser
    try:
        browser = app.test_client().sign_in(make_person(post.team))
        page = browser.get(f"/posts/{post.uuid}/edit").text
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
        app.test_client_class = None
    assert "Write a shorter text for this account." in page
    assert "of 4,096 bytes" in page
