"""Taking back what went out."""

from __future__ import annotations

import pytest

from calendar_app.channels.delivering import drain
from calendar_app.errors import Conflict, NotAllowed
from calendar_app.extensions import database_now, db
from calendar_app.posts.publishing import publish_now
from calendar_app.posts.withdrawing import withdraw
from tests.factories import make_account, make_actor, make_post, make_scheduled, make_stream


def published(stream, actor, *, delivered=True):
    post = make_post(stream)
    publish_now(post, actor=actor, now=database_now())
    db.session.commit()
    if delivered:
        drain()
    db.session.expire_all()
    return post


def test_withdrawn_everywhere_it_was_sent(app):
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    actor = make_actor(stream.team, "editor")
    post = published(stream, actor)
    seen, feed, now = post.revision, stream.feed_version, database_now()
    withdraw(post, actor=actor, now=now)
    db.session.commit()
    assert (post.state, post.withdrawn_at) == ("withdrawn", now)
    assert (post.revision, stream.feed_version) == (seen + 1, feed + 1)
    assert [(row.action, row.state) for row in post.deliveries] == [
        ("publish", "delivered"),
        ("withdraw", "pending"),
    ]
    drain()
    db.session.expire_all()
    assert [(row.action, row.state) for row in post.deliveries] == [
        ("publish", "delivered"),
        ("withdraw", "delivered"),
    ]


def test_what_had_not_gone_out_yet_never_does(app):
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    actor = make_actor(stream.team)
    post = published(stream, actor, delivered=False)
    withdraw(post, actor=actor, now=database_now())
    db.session.commit()
    assert drain() == 0
    db.session.expire_all()
    assert [(row.action, row.state) for row in post.deliveries] == [("publish", "cancelled")]


def test_withdrawn_twice_it_is_withdrawn_once(app):
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    actor = make_actor(stream.team)
    post = published(stream, actor)
    withdraw(post, actor=actor, now=database_now())
    first = post.withdrawn_at, post.version, len(post.deliveries)
    withdraw(post, actor=actor, now=database_now())
    assert (post.withdrawn_at, post.version, len(post.deliveries)) == first


@pytest.mark.parametrize("role", ["viewer", "author"])
def test_only_editors_and_owners_withdraw(app, role):
    post = make_post(make_stream(), state="published", published_at=database_now())
    with pytest.raises(NotAllowed):
        withdraw(post, actor=make_actor(post.team, role), now=database_now())


def test_only_what_is_published_can_be_withdrawn(app):
    post = make_scheduled(make_stream())
    with pytest.raises(Conflict):
        withdraw(post, actor=make_actor(post.team), now=database_now())
