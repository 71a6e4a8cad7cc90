"""A series makes each of its posts once, whoever runs it and how often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.extensions import database_now, db, writing
from calendar_app.media.forgetting import forget_unused
from calendar_app.media.models import Medium
from calendar_app.people.models import Member
from calendar_app.posts.drafting import discard, edit
from calendar_app.posts.models import Post
from calendar_app.series.making import NO_AUTHOR, NO_POST, fill, fill_all
from calendar_app.series.models import Occurrence, Series
from calendar_app.times import utcnow
from tests.factories import make_account, make_post
from tests.media.pictures import attach, make_medium
from tests.series.conftest import at, posts_of, tomorrow

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_posts_are_made_ahead_each_an_ordinary_draft_at_its_own_time(begun, stream):
    series = begun("FREQ=DAILY;INTERVAL=3")
    posts = posts_of(series)
    assert [post.due_at for post in posts] == [at(tomorrow(days)) for days in (0, 3, 6, 9)]
    assert {(post.state, post.title, post.text, post.home.handle) for post in posts} == {
        ("draft", "Road report", "All roads are open.", "roads")
    }
    assert fill(series, now=database_now()) == 0


def test_two_workers_at_once_make_no_doubles(app, begun):
    begun("FREQ=DAILY", ahead_days=1)
    db.session.execute(sa.update(Series).values(ahead_days=12))
    db.session.commit()

    def work(_):
        with app.app_context(), writing():
            fill_all()
            db.session.remove()

    db.session.remove()
    with ThreadPoolExecutor(4) as several:
        list(several.map(work, range(4)))
    days = db.session.scalars(sa.select(Occurrence.day)).all()
    assert (
        len(days) == len(set(days)) == db.session.scalar(sa.select(sa.func.count()).select_from(Post)) == 12
    )


@SQLITE
def test_upkeep_goes_on_with_the_days_that_have_come_nearer_and_leaves_out_what_was_thrown_away(begun, actor):
    series = begun("FREQ=DAILY", ahead_days=5)
    discard(posts_of(series)[2], actor=actor)
    db.session.commit()
    fill(series, now=database_now() + timedelta(days=2))
    db.session.commit()
    assert [post.due_at for post in posts_of(series)] == [at(tomorrow(days)) for days in (0, 1, 3, 4, 5, 6)]


@SQLITE
def test_places_variants_and_pictures_come_along_and_what_is_gone_is_left_out(begun, stream, actor):
    team = stream.team
    account, gone = make_account(team), make_account(team)
    post = make_post(stream, title="Road report", own_places=True)
    medium = make_medium(team, alt="A road")
    attach(post, medium)

    edit(post, {"accounts": [account.id, gone.id], "variants": {account.id: {"text": "Short"}}},
         version=1, actor=actor, now=database_now())  # fmt: skip
    series = begun("FREQ=DAILY", ahead_days=2, post=post)
    second = posts_of(series)[1]
    assert [row.media_id for row in second.pictures] == [medium.id]
    assert {place.account_id: place.text for place in second.places} == {account.id: "Short", gone.id: None}
    gone.deleted_at = utcnow()
    db.session.execute(sa.update(Medium).values(created_at=utcnow() - timedelta(days=30)))
    for one in posts_of(series):
        one.pictures.clear()
    db.session.commit()
    assert forget_unused() == 0
    fill(series, now=database_now() + timedelta(days=1))
    third = posts_of(series)[2]
    assert [row.alt for row in third.pictures] == ["A road"]
    assert [place.account_id for place in third.places] == [account.id]


@SQLITE
@pytest.mark.parametrize(("approval", "state"), [(False, "scheduled"), (True, "in_review")])
def test_a_series_may_schedule_by_itself_as_far_as_approvals_let_it(begun, stream, approval, state):
    stream.needs_approval = approval
    db.session.commit()
    made = posts_of(begun("FREQ=DAILY", makes="scheduled", ahead_days=3))[1:]
    assert [post.state for post in made] == [state] * 2


@SQLITE
def test_what_keeps_it_from_going_on_is_told_and_one_save_mends_it(begun, stream, actor):
    series = begun("FREQ=DAILY", ahead_days=2)
    stream.archived_at = utcnow()
    db.session.commit()
    fill(series, now=database_now() + timedelta(days=1))
    assert series.problem == NO_POST
    stream.archived_at = None
    db.session.execute(sa.delete(Member).where(Member.person_id == actor.person.id))
    db.session.commit()
    assert fill(series, now=database_now() + timedelta(days=1)) == 0
    assert series.problem == NO_AUTHOR
    assert fill(series, now=database_now() + timedelta(days=1), actor=actor) == 1
    assert series.problem is None


@SQLITE
def test_an_end_is_an_end(begun):
    assert len(posts_of(begun("FREQ=DAILY;COUNT=3"))) == 3
    until = f"FREQ=DAILY;UNTIL={tomorrow(1):%Y%m%d}"
    assert len(posts_of(begun(until))) == 2
