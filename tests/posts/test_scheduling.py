"""A post gets its time: what that needs, what it plans, and how a plan is taken back or moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from calendar_app.errors import Conflict, NotAllowed, Refused, Stale
from calendar_app.extensions import database_now, db
from calendar_app.people.models import Audit
from calendar_app.posts.drafting import edit
from calendar_app.posts.free_slots import free_slots
from calendar_app.posts.publishing import publish_due
from calendar_app.posts.scheduling import next_free_slot, reschedule, schedule, take_next_slot, unschedule
from tests.factories import (
    make_account,
    make_actor,
    make_post,
    make_scheduled,
    make_stream,
    make_team,
    plan_for,
)

THURSDAYS_AT_NOON = ["FREQ=WEEKLY;BYDAY=TH;BYHOUR=12;BYMINUTE=0"]
SUNDAY = datetime(2026, 11, 22, 10, tzinfo=UTC)


def planned(stream, *, due_in=timedelta(hours=1), **values):
    post = make_post(stream, **values)
    plan_for(post, database_now() + due_in)
    db.session.commit()
    return post


def test_scheduling_plans_one_delivery_for_each_place(app):
    stream = make_stream()
    accounts = [make_account(stream.team, streams=[stream]) for _ in range(3)]
    post = planned(stream)
    schedule(post, actor=make_actor(stream.team, "author"), now=database_now())
    assert post.state == "scheduled"
    assert [row.account_id for row in post.deliveries] == [account.id for account in accounts]
    assert {(row.state, row.due_at, row.next_at) for row in post.deliveries} == {
        ("pending", post.due_at, post.due_at)
    }


def test_a_place_named_by_two_streams_gets_the_post_once(app):
    team = make_team()
    first, second = make_stream(team), make_stream(team)
    account = make_account(team, streams=[first, second])
    post = make_scheduled(first, second)
    assert [row.account_id for row in post.deliveries] == [account.id]


def test_scheduling_twice_changes_nothing(app):
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    post = make_scheduled(stream)
    before = post.version, [row.id for row in post.deliveries]
    schedule(post, actor=make_actor(stream.team), now=database_now())
    assert (post.version, [row.id for row in post.deliveries]) == before


def test_without_a_time_or_words_it_is_refused_with_both_sentences(app):
    post = make_post(make_stream(), title="", text="")
    with pytest.raises(Refused) as refused:
        schedule(post, actor=make_actor(post.team), now=database_now())
    assert refused.value.errors == {
        "text": "Write a title or a text first.",
        "publish_at": "Choose when it goes out.",
    }


def test_a_time_that_has_passed_is_refused_with_the_time_it_is_now(app):
    post = planned(make_stream(), due_in=timedelta(minutes=-1))
    with pytest.raises(Refused) as refused:
        schedule(post, actor=make_actor(post.team), now=database_now())
    assert refused.value.errors["publish_at"].startswith("This time has passed: in Europe/Oslo it is now ")
    assert post.state == "draft"


def test_more_than_ten_years_ahead_is_refused(app):
    post = planned(make_stream(), due_in=timedelta(days=4100))
    with pytest.raises(Refused) as refused:
        schedule(post, actor=make_actor(post.team), now=database_now())
    assert "ten years" in refused.value.errors["publish_at"]


@pytest.mark.parametrize("state", ["published", "withdrawn"])
def test_what_went_out_is_not_scheduled_again(app, state):
    now = database_now()
    post = make_post(make_stream(), state=state, published_at=now, withdrawn_at=now)
    with pytest.raises(Conflict):
        schedule(post, actor=make_actor(post.team), now=now)


@pytest.mark.parametrize("state", ["draft", "in_review", "missed"])
def test_a_stream_that_asks_for_approval_gets_it_first(app, state):
    post = planned(make_stream(needs_approval=True), state=state)
    with pytest.raises(Conflict) as conflict:
        schedule(post, actor=make_actor(post.team), now=database_now())
    assert "asks for approval" in str(conflict.value)
    post.state = "approved"
    schedule(post, actor=make_actor(post.team, "author"), now=database_now())
    assert post.state == "scheduled"


def test_one_stream_of_several_that_asks_for_approval_is_enough(app):
    team = make_team()
    post = make_post(make_stream(team), make_stream(team, needs_approval=True))
    plan_for(post, database_now() + timedelta(hours=1))
    with pytest.raises(Conflict):
        schedule(post, actor=make_actor(team), now=database_now())


def test_a_viewer_schedules_nothing(app):
    post = planned(make_stream())
    with pytest.raises(NotAllowed):
        schedule(post, actor=make_actor(post.team, "viewer"), now=database_now())


def test_taken_back_it_is_a_draft_whose_deliveries_are_cancelled_and_readers_are_told(app):
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    post = make_scheduled(stream)
    seen, feed, now = post.revision, stream.feed_version, database_now()
    unschedule(post, actor=make_actor(stream.team), now=now)
    assert (post.state, post.called_off_at) == ("draft", now)
    assert [(row.state, row.reason) for row in post.deliveries] == [
        ("cancelled", "The post was taken back to draft.")
    ]
    assert (post.revision, stream.feed_version) == (seen + 1, feed + 1)


def test_scheduled_again_it_is_called_off_no_longer(app):
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    post, actor = make_scheduled(stream), make_actor(stream.team)
    unschedule(post, actor=actor, now=database_now())
    schedule(post, actor=actor, now=database_now())
    assert (post.state, post.called_off_at) == ("scheduled", None)
    assert [row.state for row in post.deliveries] == ["pending"]


def test_a_missed_post_is_recorded_under_its_own_name_and_can_be_planned_again(app):
    post = make_scheduled(make_stream(grace_minutes=5), due_in=-600)
    publish_due()
    db.session.commit()
    assert post.state == "missed"
    last = db.session.scalars(sa.select(Audit).order_by(Audit.id.desc()).limit(1)).one()
    assert (last.action, last.subject, last.team_id) == ("post missed", post.uuid, post.team_id)
    plan_for(post, database_now() + timedelta(hours=1))
    schedule(post, actor=make_actor(post.team), now=database_now())
    assert (post.state, post.called_off_at) == ("scheduled", None)


def test_a_new_time_moves_the_waiting_deliveries(app):
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    post = make_scheduled(stream)
    reschedule(
        post, "2030-07-01T09:00", "Europe/Oslo", version=post.version, actor=make_actor(stream.team),
        now=database_now(),
    )  # fmt: skip
    assert [row.due_at.isoformat() for row in post.deliveries] == ["2030-07-01T07:00:00+00:00"]
    assert post.due_at == post.deliveries[0].next_at


@pytest.mark.parametrize(
    ("wall", "zone", "field"),
    [
        ("2027-03-28T02:30", "Europe/Oslo", "publish_at"),
        ("2027-10-31T02:30", "Europe/Oslo", "publish_at"),
        ("2020-01-01T09:00", "Europe/Oslo", "publish_at"),
        ("tomorrow", "Europe/Oslo", "publish_at"),
        ("2027-01-01T09:00", "Narnia/Lantern", "timezone"),
    ],
)
def test_a_scheduled_post_keeps_its_time_when_the_new_one_is_impossible(app, wall, zone, field):
    post = make_scheduled(make_stream())
    due, version = post.due_at, post.version
    with pytest.raises(Refused) as refused:
        reschedule(post, wall, zone, version=version, actor=make_actor(post.team), now=database_now())
    assert set(refused.value.errors) == {field}
    db.session.rollback()
    assert (post.due_at, post.version) == (due, version)


def test_two_who_move_a_post_at_once_do_not_overwrite_each_other(app):
    post = make_scheduled(make_stream())
    actor, version = make_actor(post.team), post.version
    reschedule(post, "2030-07-01T09:00", "Europe/Oslo", version=version, actor=actor, now=database_now())
    with pytest.raises(Stale):
        reschedule(post, "2030-07-02T09:00", "Europe/Oslo", version=version, actor=actor, now=database_now())


def test_a_scheduled_post_cannot_lose_its_time(app):
    post = make_scheduled(make_stream())
    with pytest.raises(Refused) as refused:
        edit(post, {"publish_at": ""}, version=post.version, actor=make_actor(post.team), now=database_now())
    assert set(refused.value.errors) == {"publish_at"}


def test_places_of_a_scheduled_post_follow_its_choice(app):
    stream = make_stream()
    old = make_account(stream.team, streams=[stream])
    new = make_account(stream.team)
    post = make_scheduled(stream)
    edit(
        post, {"accounts": [new.id]}, version=post.version, actor=make_actor(stream.team), now=database_now()
    )
    assert {row.account_id: row.state for row in post.deliveries} == {old.id: "cancelled", new.id: "pending"}


def test_the_next_free_slot_is_the_first_that_nobody_has(app):
    stream = make_stream(cadence=THURSDAYS_AT_NOON)
    taken = make_post(stream)
    plan_for(taken, datetime(2026, 11, 26, 11, tzinfo=UTC))
    post = make_post(stream)
    db.session.commit()
    assert next_free_slot(post, now=SUNDAY).isoformat() == "2026-12-03T11:00:00+00:00"
    take_next_slot(post, now=SUNDAY)
    assert (post.publish_at, post.timezone) == ("2026-12-03T12:00:00", "Europe/Oslo")


def test_a_stream_without_a_cadence_has_no_slot(app):
    post = make_post(make_stream())
    with pytest.raises(Refused) as refused:
        take_next_slot(post, now=SUNDAY)
    assert set(refused.value.errors) == {"slot"}
    with app.test_request_context():
        assert free_slots(post.streams, now=SUNDAY) == []


def test_free_slots_say_what_speaks_for_them(app):
    team = make_team()
    home = make_stream(team, name="School", cadence=["FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=12;BYMINUTE=0"])
    other = make_stream(team, name="Culture")
    busy, monday = make_post(other), make_post(home)
    plan_for(busy, datetime(2026, 11, 26, 17, tzinfo=UTC))
    plan_for(monday, datetime(2026, 11, 23, 11, tzinfo=UTC))
    db.session.commit()
    with app.test_request_context():
        found = free_slots([home, other], now=SUNDAY)
    assert [(slot.wall, slot.reason) for slot in found] == [
        ("2026-11-26T12:00", "usual time of “School”, 1 other post that day"),
        ("2026-11-30T12:00", "first of “School” in week 49, nothing else that day"),
        ("2026-12-03T12:00", "first of “School” in week 49, nothing else that day"),
    ]


def test_a_post_does_not_take_its_own_slot_away(app):
    home = make_stream(cadence=THURSDAYS_AT_NOON)
    post = make_post(home)
    plan_for(post, datetime(2026, 11, 26, 11, tzinfo=UTC))
    db.session.commit()
    with app.test_request_context():
        assert free_slots([home], now=SUNDAY, but=post.uuid)[0].at == post.due_at
        assert free_slots([home], now=SUNDAY)[0].at > post.due_at
