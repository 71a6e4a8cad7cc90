"""A licence that ends before a post goes out stops it, with a sentence at the picture; its last day still counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.media.rights import in_short
from calendar_app.posts.drafting import edit
from calendar_app.posts.publishing import publish_now
from calendar_app.posts.scheduling import reschedule, schedule
from calendar_app.times import to_wall
from tests.factories import make_post, plan_for
from tests.media.pictures import attach, make_medium


@pytest.fixture
def post(stream):
    """Goes out in ten days."""
    post = make_post(stream)
    plan_for(post, database_now() + timedelta(days=10))
    db.session.commit()
    return post


def day_of(post, *, later=0):
    return (to_wall(post.due_at, post.timezone) + timedelta(days=later)).date().isoformat()


def licensed(post, until):
    medium = make_medium(post.team, rights="licensed", licensed_until=until)
    attach(post, medium)
    return medium


def refused(act):
    with pytest.raises(Refused) as problem:
        act()
    db.session.rollback()
    return problem.value.errors


def test_a_licence_that_ends_the_day_before_stops_the_schedule(post, actor):
    medium = licensed(post, day_of(post, later=-1))
    errors = refused(lambda: schedule(post, actor=actor, now=database_now()))
    assert list(errors) == [f"pictures.{medium.id}"]
    assert "is licensed until" in errors[f"pictures.{medium.id}"]
    assert post.state == "draft"


@pytest.mark.parametrize("later", [0, 1, None])
def test_its_last_day_still_counts(post, actor, later):
    licensed(post, "" if later is None else day_of(post, later=later))
    schedule(post, actor=actor, now=database_now())
    assert post.state == "scheduled"


def test_a_scheduled_post_cannot_be_moved_or_changed_past_the_licence(post, actor):
    medium = licensed(post, day_of(post))
    schedule(post, actor=actor, now=database_now())
    db.session.commit()
    later = to_wall(post.due_at, post.timezone) + timedelta(days=1)
    move = {"version": post.version, "actor": actor, "now": database_now()}
    assert refused(lambda: reschedule(post, later.isoformat(timespec="seconds"), post.timezone, **move))
    shorter = {"media": medium.id, "rights": "licensed", "licensed_until": day_of(post, later=-1)}
    changes = {"pictures": [shorter]}
    assert refused(lambda: edit(post, changes, version=post.version, actor=actor, now=database_now()))
    assert (post.state, medium.licensed_until) == ("scheduled", day_of(post))


def test_a_licence_is_not_cut_short_under_another_scheduled_post(post, stream, actor):
    medium = licensed(post, day_of(post))
    schedule(post, actor=actor, now=database_now())
    draft = make_post(stream)
    attach(draft, medium)
    shorter = {"media": medium.id, "rights": "licensed", "licensed_until": day_of(post, later=-1)}
    change = {"version": draft.version, "actor": actor, "now": database_now()}
    errors = refused(lambda: edit(draft, {"pictures": [shorter]}, **change))
    assert "“Bridge closed” shows this picture too" in errors[f"pictures.{medium.id}"]
    assert medium.licensed_until == day_of(post)


def test_nothing_is_published_now_with_a_licence_that_has_ended(post, actor):
    medium = licensed(post, "2020-01-01")
    errors = refused(lambda: publish_now(post, actor=actor, now=database_now()))
    assert list(errors) == [f"pictures.{medium.id}"]


def test_what_is_our_own_has_no_end(post, actor):
    attach(post, make_medium(post.team, rights="own", licensed_until="2020-01-01"))
    schedule(post, actor=actor, now=database_now())
    assert post.state == "scheduled"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("", {"rights": "own"}),
        ("Own", {"rights": "own"}),
        ("licensed", {"rights": "licensed"}),
        ("licensed until 2027-01-31", {"rights": "licensed", "licensed_until": "2027-01-31"}),
        ("CC BY 4.0, Kari Foto", {"rights": "licensed", "credit": "CC BY 4.0, Kari Foto"}),
    ],
)
def test_rights_can_be_said_in_one_line(said, meant):
    assert in_short(said) == meant
