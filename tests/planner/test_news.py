"""What changed is noted by the database itself, and told to the teams whose posts these are."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.channels.models import Delivery
from calendar_app.extensions import database_now, db
from calendar_app.planner import attending, news
from calendar_app.planner.models import PlanChange
from calendar_app.posts.models import Post
from tests.factories import (
    make_account,
    make_person,
    make_post,
    make_scheduled,
    make_stream,
    make_team,
    plan_for,
)
from tests.planner.plans import utc

NOON = utc("2026-12-01T11:00")


def noted():
    """(post, was due, is due) of everything noted since it was last asked for."""
    rows = db.session.execute(sa.select(PlanChange).order_by(PlanChange.id)).scalars().all()
    found = [(row.post_uuid, row.was_due, row.due) for row in rows]
    db.session.execute(sa.delete(PlanChange))
    db.session.commit()
    return found


def newest():
    db.session.commit()
    with db.engine.connect() as connection:
        return news.newest(connection)


def missed(number, team):
    team_id = team.id
    db.session.commit()
    with db.engine.connect() as connection:
        return news.missed(connection, number, [team_id])


def test_a_post_that_comes_moves_and_goes_is_noted_with_both_its_times(app):
    stream = make_stream()
    noted()
    post = make_post(stream)
    assert noted() == [(post.uuid, None, None)]
    plan_for(post, NOON)
    db.session.commit()
    assert noted() == [(post.uuid, None, NOON)]
    db.session.execute(sa.update(Post).values(due_at=NOON + timedelta(days=1)))
    db.session.commit()
    assert noted() == [(post.uuid, NOON, NOON + timedelta(days=1))]
    uuid = post.uuid
    db.session.delete(db.session.get(Post, post.id))
    db.session.commit()
    assert noted() == [(uuid, NOON + timedelta(days=1), None)]


def test_what_no_plan_shows_is_not_noted(app):
    post = make_post(make_stream())
    noted()
    post.text, post.updated_at = "Other words", database_now()
    db.session.commit()
    assert noted() == []


def test_an_outcome_is_noted_and_a_step_on_the_way_is_not(app):
    team = make_team()
    post = make_scheduled(make_stream(team), make_stream(team), title="Out")
    account = make_account(team)
    delivery = Delivery(post=post, account=account, due_at=post.due_at, next_at=post.due_at)
    db.session.add(delivery)
    db.session.commit()
    noted()
    for state in ("sending", "retry", "sending"):
        delivery.state, delivery.lease_until = state, post.due_at if state == "sending" else None
        db.session.commit()
    assert noted() == []
    db.session.execute(sa.update(Delivery).values(state="failed", lease_until=None, finished_at=post.due_at))
    db.session.commit()
    assert noted() == [(post.uuid, post.due_at, post.due_at)]


def test_a_team_is_told_of_its_own_posts_only(app):
    ours, theirs = make_team(), make_team()
    make_post(make_stream(ours))
    before = newest()
    post = make_post(make_stream(ours))
    make_post(make_stream(theirs))
    assert post.uuid in [one.post for one in missed(before, ours)]
    assert {one.team_id for one in missed(before, ours)} == {ours.id}
    assert missed(newest(), make_team()) == []


def test_who_was_away_too_long_is_told_to_look_anew(app):
    team = make_team()
    stream = make_stream(team)
    make_post(stream)
    first = newest()
    assert missed(first + 5, team) is None
    for _number in range(3):
        make_post(stream)
    db.session.execute(sa.update(PlanChange).values(at=database_now() - news.KEPT - timedelta(hours=1)))
    news.forget_old()
    db.session.commit()
    assert missed(first, team) is None


def test_a_change_is_told_once_with_all_its_times():
    one = news.News(1, 1, "a", "post", None, NOON)
    told = news.told([one, one._replace(id=2, was_due=NOON, due=NOON + timedelta(hours=1))])
    assert told == [{"post": "a", "kind": "post", "at": ["2026-12-01T11:00:00Z", "2026-12-01T12:00:00Z"]}]


def test_presence_ends_by_itself_and_only_what_is_new_is_told(app):
    team = make_team()
    post, ola, kari = (
        make_post(make_stream(team)),
        make_person(team, name="Ola"),
        make_person(team, name="Kari"),
    )
    now = database_now()
    noted()
    attending.attend(post, ola, "reading", now=now)
    attending.attend(post, ola, "reading", now=now + timedelta(seconds=10))
    attending.attend(post, ola, "writing", now=now + timedelta(seconds=20))
    assert [row[0] for row in noted()] == [post.uuid] * 2
    shown = attending.others(post, kari, now=now + timedelta(seconds=30))
    assert (shown, attending.in_words(shown)) == ([("Ola", "writing")], "Ola is here too, writing.")
    assert attending.others(post, ola, now=now + timedelta(seconds=30)) == []
    assert attending.others(post, kari, now=now + timedelta(seconds=46)) == []
    attending.attend(post, ola, "gone", now=now + timedelta(seconds=47))
    assert attending.others(post, kari, now=now + timedelta(seconds=30)) == []
    assert noted() == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_change_that_becomes_visible_late_is_told_all_the_same(app):
    """Its number is lower than one that was told before."""
    team = make_team()
    stream = make_stream(team)
    slow = db.engine.connect()
    with slow.begin():
        values = {"uuid": "f" * 36, "team_id": team.id, "version": 1, "revision": 0, "own_places": False}
        slow.execute(sa.insert(Post).values(**values))
        make_post(stream)
        last = newest()
    slow.close()
    assert "f" * 36 in [one.post for one in missed(last, team)]
