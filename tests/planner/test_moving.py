"""A post moved to another day keeps its clock."""

from datetime import date, timedelta

import pytest

from calendar_app.errors import Conflict, NotAllowed, Refused, Stale
from calendar_app.extensions import database_now, db
from calendar_app.planner.moving import Where, move_post, put
from calendar_app.times import parse_wall, to_utc, to_wall, utcnow
from tests.factories import make_account, make_actor, make_post, make_scheduled, make_stream, plan_for
from tests.planner.plans import utc


def drafted(at, zone="Europe/Oslo", **values):
    post = make_post(make_stream(timezone=zone), **values)
    plan_for(post, to_utc(parse_wall(at), zone, fold=0))
    db.session.commit()
    return post


def move(post, day, **values):
    actor = values.pop("actor", None) or make_actor(post.team)
    version = values.pop("version", post.version)
    return move_post(post, day, version=version, actor=actor, now=database_now(), **values)


def test_a_draft_keeps_its_wall_clock_and_takes_the_new_day(app):
    post = drafted("2026-12-01T09:30:15")
    moved = move(post, date(2026, 12, 24))
    assert (post.publish_at, post.due_at) == ("2026-12-24T09:30:15", utc("2026-12-24T08:30:15"))
    assert (moved.was, moved.local.isoformat(), post.version) == (date(2026, 12, 1), "2026-12-24T09:30:15", 2)


def test_over_the_change_of_clocks_the_clock_stays_and_the_instant_shifts(app):
    post = drafted("2027-03-27T09:00")
    move(post, date(2027, 3, 29))
    assert (post.publish_at[:16], post.due_at) == ("2027-03-29T09:00", utc("2027-03-29T07:00"))


def test_a_clock_that_does_not_exist_on_the_new_day_is_refused_with_the_reason(app):
    post = drafted("2027-03-27T02:30")
    with pytest.raises(Refused, match="does not exist"):
        move(post, date(2027, 3, 28))
    assert post.publish_at[:16] == "2027-03-27T02:30"


def test_deliveries_of_a_scheduled_post_move_with_it(app):
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    post = make_scheduled(stream, due_in=90_000)
    day = to_wall(post.due_at, "Europe/Oslo").date() + timedelta(days=3)
    move(post, day)
    assert to_wall(post.due_at, "Europe/Oslo").date() == day
    assert [(row.due_at, row.next_at, row.state) for row in post.deliveries] == [
        (post.due_at, post.due_at, "pending")
    ]


def test_a_scheduled_post_is_not_moved_into_the_past(app):
    post = make_scheduled(make_stream(), due_in=90_000)
    with pytest.raises(Refused, match="has passed"):
        move(post, database_now().date() - timedelta(days=2))


def test_the_day_meant_is_the_one_that_the_calendar_shows(app):
    post = drafted("2026-12-01T23:30", zone="Europe/London")
    moved = move(post, date(2026, 12, 4), shown_in="Europe/Oslo")
    assert (moved.was, moved.local.isoformat()) == (date(2026, 12, 2), "2026-12-04T00:30:00")
    assert post.publish_at[:16] == "2026-12-03T23:30"


def test_moving_to_the_day_it_stands_on_changes_nothing(app):
    post = drafted("2026-12-01T09:00")
    move(post, date(2026, 12, 1))
    assert post.version == 1


def test_who_saw_an_older_version_is_told(app):
    with pytest.raises(Stale):
        move(drafted("2026-12-01T09:00"), date(2026, 12, 2), version=7)


def test_a_viewer_moves_nothing(app):
    post = drafted("2026-12-01T09:00")
    with pytest.raises(NotAllowed):
        move(post, date(2026, 12, 2), actor=make_actor(post.team, "viewer"))


def test_what_has_gone_out_or_was_missed_keeps_its_day(app):
    published = drafted("2026-12-01T09:00", title="Out")
    published.state, published.published_at = "published", published.due_at
    missed = drafted("2026-12-01T09:00", title="Late")
    missed.state = "missed"
    db.session.commit()
    with pytest.raises(Conflict, match="“Out” has been published"):
        move(published, date(2026, 12, 2))
    with pytest.raises(Conflict, match="“Late” missed its time"):
        move(missed, date(2026, 12, 2))
    with pytest.raises(Refused, match="no time yet"):
        put(make_post(make_stream()), Where(days=2), version=1, actor=make_actor(), now=utcnow())


def test_a_post_without_a_time_gets_what_its_stream_offers_that_day_or_nine_in_the_morning(app):
    offering = make_stream(cadence=["FREQ=DAILY;BYHOUR=12;BYMINUTE=30;BYSECOND=0"])
    for stream, wall in ((offering, "12:30:00"), (make_stream(), "09:00:00")):
        post = make_post(stream)
        moved = move(post, date(2127, 12, 2))
        assert (post.publish_at, post.timezone) == (f"2127-12-02T{wall}", "Europe/Oslo")
        assert (moved.was, moved.before, post.version) == (None, None, 2)


def test_the_day_of_a_first_time_is_that_of_the_calendar(app):
    post = make_post(make_stream(timezone="Pacific/Auckland"))
    moved = put(post, Where(day=date(2127, 12, 2)), version=1, actor=make_actor(post.team), now=utcnow(),
                shown_in="America/Los_Angeles")  # fmt: skip
    assert moved.local.date() == date(2127, 12, 2)
