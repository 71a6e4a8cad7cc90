"""Posts go out: at their time once, at a press at once, and never when they may not."""

from __future__ import annotations

import pytest

from calendar_app.channels.delivering import drain
from calendar_app.errors import Conflict, NotAllowed, Refused
from calendar_app.extensions import database_now, db
from calendar_app.people.models import Site
from calendar_app.posts.publishing import publish_due, publish_now
from tests.factories import make_account, make_actor, make_post, make_scheduled, make_stream


def test_what_is_due_is_published_once_and_feeds_know_it(app):
    post = make_scheduled(make_stream(), due_in=-5)
    before = post.version, post.revision, post.home.feed_version
    assert (publish_due(), publish_due()) == (1, 0)
    db.session.commit()
    assert (post.state, post.version, post.revision) == ("published", before[0] + 1, before[1] + 1)
    assert post.home.feed_version == before[2] + 1
    assert post.published_at >= post.due_at


def test_nothing_is_published_before_its_time(app):
    post = make_scheduled(make_stream(), due_in=60)
    assert publish_due() == 0
    assert post.state == "scheduled"


def test_past_its_grace_it_is_missed_with_its_deliveries(app):
    stream = make_stream(grace_minutes=10)
    make_account(stream.team, streams=[stream])
    late, in_time = make_scheduled(stream, due_in=-11 * 60), make_scheduled(stream, due_in=-9 * 60)
    publish_due()
    db.session.commit()
    assert (late.state, in_time.state) == ("missed", "published")
    assert late.called_off_at is not None
    assert [row.state for row in late.deliveries] == ["missed"]


def test_published_now_it_goes_to_every_place(app):
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    post = make_post(stream)
    now = database_now()
    publish_now(post, actor=make_actor(stream.team, "editor"), now=now)
    db.session.commit()
    assert (post.state, post.published_at, post.due_at) == ("published", now, now)
    drain()
    db.session.expire_all()
    assert [row.state for row in post.deliveries] == ["delivered"]


def test_publishing_now_takes_a_scheduled_post_out_of_its_plan(app):
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    post = make_scheduled(stream)
    now = database_now()
    publish_now(post, actor=make_actor(stream.team), now=now)
    assert [(row.state, row.due_at, row.next_at) for row in post.deliveries] == [("pending", now, now)]


def test_pressed_twice_it_is_published_once(app):
    post, actor = make_post(make_stream()), None
    actor = make_actor(post.team)
    publish_now(post, actor=actor, now=database_now())
    first = post.published_at, post.version
    publish_now(post, actor=actor, now=database_now())
    assert (post.published_at, post.version) == first


@pytest.mark.parametrize("role", ["viewer", "author"])
def test_only_editors_and_owners_publish_at_once(app, role):
    post = make_post(make_stream())
    with pytest.raises(NotAllowed):
        publish_now(post, actor=make_actor(post.team, role), now=database_now())
    assert post.state == "draft"


@pytest.mark.parametrize("state", ["draft", "in_review", "missed"])
def test_without_approval_nothing_goes_out_at_once(app, state):
    post = make_post(make_stream(needs_approval=True), state=state)
    with pytest.raises(Conflict):
        publish_now(post, actor=make_actor(post.team), now=database_now())
    assert post.state == state


def test_an_empty_post_is_not_published(app):
    post = make_post(make_stream(), title="", text="")
    with pytest.raises(Refused):
        publish_now(post, actor=make_actor(post.team), now=database_now())


def test_a_withdrawn_post_is_not_published_again(app):
    now = database_now()
    post = make_post(make_stream(), state="withdrawn", published_at=now, withdrawn_at=now)
    with pytest.raises(Conflict):
        publish_now(post, actor=make_actor(post.team), now=now)


def test_while_the_site_is_on_hold_nothing_goes_out(app):
    due, draft = make_scheduled(make_stream(), due_in=-5), make_post(make_stream())
    db.session.get_one(Site, 1).hold_reason = "restored from a backup"
    db.session.commit()
    assert publish_due() == 0
    with pytest.raises(Conflict):
        publish_now(draft, actor=make_actor(draft.team), now=database_now())
    assert (due.state, draft.state) == ("scheduled", "draft")


def test_a_post_that_was_called_off_and_then_published_is_called_off_no_longer(app):
    post = make_post(make_stream(), called_off_at=database_now())
    publish_now(post, actor=make_actor(post.team), now=database_now())
    assert post.called_off_at is None
