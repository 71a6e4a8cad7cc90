"""What waits for one member: on the page of notices, and in their own calendar."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calendar_app.agreeing.waiting import waiting_for
from calendar_app.extensions import database_now, db
from calendar_app.people import personal_feeds
from calendar_app.people.roles import actor_for
from calendar_app.posts.reviewing import want_changes
from tests.browsing import Browser
from tests.factories import make_actor, make_person, make_post, make_stream, make_team, plan_for


@pytest.fixture
def database():
    return "sqlite"


def test_each_sees_what_they_can_approve_and_what_was_sent_back_to_them(signed_in, app):
    team = make_team()
    kari, amir = make_person(team, "author", name="Kari"), make_person(team, "editor", name="Amir")
    stream = make_stream(team, needs_approval=True, others_approve=True, approval_steps=["owner", "editor"])
    theirs = make_post(make_stream(make_team()), title="Elsewhere", state="in_review")
    asked = make_post(stream, title="Asked", author_id=kari.id, state="in_review")
    back = make_post(stream, title="Back", author_id=kari.id, state="in_review")
    open_ = make_post(make_stream(team), title="Open", author_id=kari.id, state="in_review")
    for post in (theirs, asked, back, open_):
        plan_for(post, database_now() + timedelta(days=1))
    want_changes(back, "Shorter, please.", actor=actor_for(amir), now=database_now())
    owner = make_actor(team)
    db.session.commit()
    assert [post.title for post in waiting_for(owner).to_approve] == ["Asked", "Open"]
    assert [post.title for post in waiting_for(actor_for(amir)).to_approve] == ["Open"]
    assert [(post.title, wish.text) for post, wish in waiting_for(actor_for(kari)).to_change] == [
        ("Back", "Shorter, please.")
    ]
    page = signed_in(kari).get("/notices").text
    assert "Sent back to you" in page and "Amir: Shorter, please." in page
    assert "Waiting for your approval" in signed_in(amir).get("/notices").text
    token = personal_feeds.create(amir.memberships[0])
    db.session.commit()
    calendar = Browser(app).get(f"/team/{token}.ics?states=waiting").text
    assert "Open" in calendar and "Asked" not in calendar and "Elsewhere" not in calendar
