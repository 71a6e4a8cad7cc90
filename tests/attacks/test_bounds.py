"""Bounds that one comes around: by taking things up again, by parting them, by moving them, by saying much at once."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher

import pytest
import sqlalchemy as sa

from calendar_app.api import colliding
from calendar_app.errors import Conflict
from calendar_app.evergreen import pooling
from calendar_app.extensions import database_now, db
from calendar_app.people.roles import actor_for
from calendar_app.posts.drafting import edit
from calendar_app.revisions import comparing
from calendar_app.revisions.showing import changes
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


def test_one_stream_that_wants_a_day_for_itself_makes_nobody_look_through_all_posts(monkeypatch):
    """Two thousand posts are two million pairs, which took two and a half seconds."""
    looked, between = [], colliding._between
    monkeypatch.setattr(colliding, "_between", lambda *pair: looked.append(pair) or between(*pair))
    start, often = datetime(2027, 1, 1, tzinfo=UTC), {"often": timedelta(0)}
    posts = [
        colliding.Near(f"{number}", start + timedelta(seconds=40 * number), often, frozenset({number % 9}))
        for number in range(1999)
    ]
    posts.append(colliding.Near("one", start, {"letter": timedelta(days=1)}, frozenset()))
    assert list(colliding.collisions(posts)) == []
    assert len(looked) <= len(posts)


def test_a_post_in_many_languages_and_places_is_not_compared_for_minutes(app, monkeypatch):
    """Few words in ever other orders are the dearest: each text of it took one and a half seconds."""
    pairs = []

    class Counting(SequenceMatcher):
        def __init__(self, junk, old, new):
            pairs.append(len(old) * len(new))
            super().__init__(junk, old, new)

    monkeypatch.setattr(comparing, "SequenceMatcher", Counting)
    chance = random.Random(1)

    def text():
        lines = (f"{' '.join(chance.choices('ab', k=99))}\ns{number}\n" for number in range(200))
        return "".join(lines)

    def post():
        said = {f"x{number}": {"title": "T", "text": text(), "alts": {}} for number in range(9)}
        places = {str(number): {"text": text()} for number in range(30)}
        return {"title": "T", "text": text(), "variants": places, "translations": said, "accounts": None,
                "streams": [], "link": "", "language": "en", "kind": "news", "event": None, "pictures": [],
                "publish_at": None}  # fmt: skip

    before, after = post(), post()
    found = changes(before, after)
    assert sum(pairs) <= comparing.MOST_IN_ALL
    told = [one for one in found if one.label == "Text"][0].parts
    assert "".join(part.text for part in told if part.kind != "added") == before["text"]
    assert (
        "".join(part.text for part in found[-1].parts if part.kind != "removed")
        == after["translations"]["x8"]["text"]
    )
