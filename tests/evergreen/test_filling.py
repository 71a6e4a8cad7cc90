"""The pool: the longest rested post fills an empty slot, never twice within its rest, each time as a new post."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.errors import Conflict
from calendar_app.evergreen import pooling
from calendar_app.evergreen.choosing import choose
from calendar_app.evergreen.filling import fill, fill_all
from calendar_app.extensions import database_now, db
from calendar_app.media.models import Medium
from calendar_app.people.models import Member
from calendar_app.posts.drafting import discard
from calendar_app.posts.models import Post
from calendar_app.streams.cadence import parse_cadence
from tests.api.program import program_of
from tests.factories import make_actor, make_person, make_post, make_stream, make_team, plan_for
from tests.media.pictures import attach, make_medium

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
DAYS = st.integers(0, 400).map(lambda number: datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=number))


@given(
    st.dictionaries(st.integers(0, 6), st.lists(DAYS, max_size=3), max_size=6),
    st.lists(DAYS, max_size=40, unique=True).map(sorted),
    st.integers(1, 60),
)
def test_nothing_comes_twice_within_its_rest_and_the_longest_rested_comes_first(pool, slots, rest):
    for at in slots:
        chosen = choose(pool, at, rest)
        rested = {
            one for one, uses in pool.items() if all(abs(use - at) >= timedelta(days=rest) for use in uses)
        }
        assert (chosen is None) == (not rested)
        if chosen is not None:
            assert chosen in rested
            assert all(
                not pool[chosen] or (pool[one] and max(pool[chosen]) <= max(pool[one])) for one in rested
            )
            pool[chosen].append(at)


def test_what_does_not_fit_is_passed_over():
    assert choose({"a": [], "b": []}, datetime(2027, 1, 1, tzinfo=UTC), 5, lambda one: one == "b") == "b"


@pytest.fixture
def stream(app):
    return make_stream(
        make_team(), "roads", name="Roads", cadence=parse_cadence("daily at 09:00").to_json(),
        evergreen_makes="draft", evergreen_ahead_days=4, evergreen_rest_days=60,
    )  # fmt: skip


@pytest.fixture
def actor(stream):
    return make_actor(stream.team)


def pooled(stream, actor, title, *, ago):
    """A post that went out so many days ago and may come again."""
    at = database_now() - timedelta(days=ago)
    post = make_post(stream, title=title, state="published", published_at=at)
    plan_for(post, at)
    pooling.put_in(post, actor=actor, now=database_now())
    db.session.commit()
    return post


def made(stream):
    fill_all()
    wanted = sa.select(Post).where(Post.state != "published").order_by(Post.due_at)
    return list(db.session.scalars(wanted))


def test_empty_slots_get_new_posts_the_longest_rested_first_and_no_more(stream, actor):
    pooled(stream, actor, "younger", ago=70)
    old = pooled(stream, actor, "older", ago=300)
    pooled(stream, actor, "too young", ago=20)
    posts = made(stream)
    assert [(post.title, post.state) for post in posts] == [("older", "draft"), ("younger", "draft")]
    assert pooling.told_of(posts[0]).origin is old
    assert posts[0].uuid != old.uuid and posts[0].due_at > database_now()
    assert len(made(stream)) == 2


@SQLITE
def test_what_was_thrown_away_is_not_made_again_in_that_slot(stream, actor):
    pooled(stream, actor, "older", ago=300)
    (post,) = made(stream)
    at = post.due_at
    discard(post, actor=actor)
    db.session.commit()
    (again,) = made(stream)
    assert again.due_at > at


@SQLITE
def test_approvals_rights_and_people_are_respected(stream, actor):
    stream.evergreen_makes = "scheduled"
    scheduled = pooled(stream, actor, "fine", ago=300)
    expired = pooled(stream, actor, "licence ends", ago=400)
    attach(expired, make_medium(stream.team, alt="A road"))
    yesterday = (database_now() - timedelta(days=2)).date().isoformat()
    db.session.execute(sa.update(Medium).values(rights="licensed", licensed_until=yesterday))
    db.session.commit()
    assert [(post.title, post.state) for post in made(stream)] == [("fine", "scheduled")]
    with pytest.raises(Conflict):
        pooling.put_in(made(stream)[0], actor=actor, now=database_now())
    pooling.take_out(scheduled, actor=actor)
    other = pooled(stream, make_actor(stream.team), "who left", ago=500)
    db.session.execute(sa.delete(Member).where(Member.person_id == pooling.pool_of(stream)[-1].person_id))
    db.session.commit()
    assert fill(stream, now=database_now()) == []
    assert other.title == "who left"


@SQLITE
def test_a_post_is_put_into_the_pool_by_its_page_and_by_programs(signed_in, app, stream):
    person = make_person(stream.team, "editor")
    browser = signed_in(person)
    post = make_post(stream, title="Tips for winter")
    send = partial(browser.send, page=f"/posts/{post.uuid}/edit")
    assert send(f"/posts/{post.uuid}/pool").status_code == 303
    assert "In the pool" in browser.get(f"/posts/{post.uuid}/edit").text
    assert "Tips for winter" in browser.get("/streams/roads/queue").text
    send(f"/posts/{post.uuid}/pool/removal")
    assert "It may come again" in browser.get(f"/posts/{post.uuid}/edit").text
    api = program_of(app, stream.team)
    assert api.post(f"/posts/{post.uuid}/pool", {}).status_code == 200
    assert [row.post.title for row in pooling.pool_of(stream)] == ["Tips for winter"]
    assert api.delete(f"/posts/{post.uuid}/pool").status_code == 200
    told = api.patch("/streams/roads", {"evergreen_makes": "scheduled", "evergreen_rest_days": 30}).json
    assert (told["evergreen_makes"], told["evergreen_rest_days"], told["evergreen_ahead_days"]) == (
        "scheduled",
        30,
        4,
    )
