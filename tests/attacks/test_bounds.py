"""Bounds that one comes around: by taking things up again, by parting them, by moving them, by switching them off."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.errors import Conflict
from calendar_app.evergreen import pooling
from calendar_app.extensions import database_now, db
from calendar_app.people.roles import actor_for
from calendar_app.posts.drafting import edit
from calendar_app.series import editing
from calendar_app.series.models import Series
from calendar_app.sharing import letting_in
from tests.attacks.test_new_doors import repeated
from tests.factories import make_post, make_stream


@pytest.fixture
def database():
    return "sqlite"


def going():
    db.session.expire_all()
    return db.session.scalar(sa.select(sa.func.count(Series.id)).where(Series.ended_at.is_(None)))


def day(ahead):
    return (database_now() + timedelta(days=ahead)).date()


def test_a_team_has_no_more_series_by_ending_some_and_taking_them_up_again(stream, owner, monkeypatch):
    monkeypatch.setattr(editing, "MOST_GOING", 1)
    actor, now = actor_for(owner), database_now()
    first = repeated(make_post(stream), owner)
    editing.end(first, actor=actor, now=now)
    repeated(make_post(stream), owner)
    db.session.commit()
    with pytest.raises(Conflict, match="series that go on"):
        editing.take_up(first, actor=actor, now=now)
    db.session.rollback()
    assert going() == 1


@pytest.mark.parametrize("way", ["change", "take_words"])
def test_nor_by_parting_one_again_and_again(stream, owner, monkeypatch, way):
    monkeypatch.setattr(editing, "MOST_GOING", 2)
    actor, now = actor_for(owner), database_now()
    post = make_post(stream)
    series = repeated(post, owner)

    def part(one, ahead):
        if way == "change":
            wanted = {"time": f"{9 + ahead:02}:00"}
            return editing.change(one, wanted, version=one.version, actor=actor, now=now, since=day(ahead))[0]
        return editing.take_words(one, post, actor=actor, now=now, since=day(ahead))[0]

    later = part(series, 3)
    db.session.commit()
    with pytest.raises(Conflict, match="series that go on"):
        part(later, 6)
    db.session.rollback()
    assert going() == 2


def test_nor_by_giving_one_that_is_over_more_days(stream, owner, monkeypatch):
    actor, now = actor_for(owner), database_now()
    first, over = (
        repeated(make_post(stream), owner),
        {"first": day(-5).isoformat(), "until": day(-1).isoformat()},
    )
    editing.change(first, over, version=first.version, actor=actor, now=now)
    monkeypatch.setattr(editing, "MOST_GOING", 1)
    repeated(make_post(stream), owner)
    db.session.commit()
    with pytest.raises(Conflict, match="series that go on"):
        editing.change(first, {"until": day(9).isoformat()}, version=first.version, actor=actor, now=now)
    db.session.rollback()
    # Anything else about it may change all the same.
    editing.change(first, {"ahead_days": 9}, version=first.version, actor=actor, now=now)


def test_a_pool_has_an_end_and_so_has_what_is_read_of_it(team, stream, owner, monkeypatch):
    monkeypatch.setattr(pooling, "MOST", 2)
    actor, now = actor_for(owner), database_now()
    posts = [make_post(stream) for _ in range(3)]
    for post in posts[:2]:
        pooling.put_in(post, actor=actor, now=now)
    # One that is in it already is no further one.
    pooling.put_in(posts[0], actor=actor, now=now)
    with pytest.raises(Conflict, match="pool"):
        pooling.put_in(posts[2], actor=actor, now=now)
    other = make_stream(team, "other")
    moved = make_post(other)
    pooling.put_in(moved, actor=actor, now=now)
    edit(moved, {"streams": ["roads"]}, version=moved.version, actor=actor, now=now)
    assert [row.post_id for row in pooling.pool_of(stream)] == [posts[0].id, posts[1].id]


def test_links_that_have_ended_hide_none_that_is_open_and_fill_no_page(stream, owner, browser, monkeypatch):
    monkeypatch.setattr(letting_in, "MOST_ENDED", 3)
    actor, now = actor_for(owner), database_now()
    post = make_post(stream)
    letting_in.make(post, actor=actor, now=now, days="7", label="The open one")
    for _ in range(5):
        letting_in.make(post, actor=actor, now=now, days="7", label="An ended one")
        letting_in.revoke(letting_in.links_of(post, now)[0], actor=actor, now=now)
    db.session.commit()
    assert [link.label for link in letting_in.links_of(post, now)] == ["The open one"] + ["An ended one"] * 3
    page = browser.sign_in(owner).get(f"/posts/{post.uuid}/links").text
    assert (page.count("<h3>The open one"), page.count("<h3>An ended one")) == (1, 3)
