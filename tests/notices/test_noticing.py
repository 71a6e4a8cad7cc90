"""Who is told what, and that nobody is told twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.channels.connecting import pause
from calendar_app.channels.resolving import resolve
from calendar_app.extensions import database_now, db
from calendar_app.notices.models import Notice
from calendar_app.notices.noticing import notice_all
from calendar_app.people.models import Member
from calendar_app.people.roles import Actor, actor_for
from tests.channels.steps import delivery_of, due_post, send_due
from tests.factories import make_account, make_person, make_post, make_stream, make_team, plan_for


@pytest.fixture
def team(app):
    return make_team()


@pytest.fixture
def owner(team):
    return make_person(team, name="Oda Owner")


@pytest.fixture
def stream(team, owner):
    return make_stream(team)


@pytest.fixture
def account(team, stream):
    return make_account(team, streams=[stream])


def look():
    found = notice_all()
    db.session.commit()
    return found


def one_of(team):
    """An actor who is there already: whoever schedules must not be one more to tell."""
    member = db.session.scalars(
        sa.select(Member).where(Member.team_id == team.id).order_by(Member.id)
    ).first()
    return Actor(member.person, {team.id: "owner"})


def stuck(stream, state="failed", **values):
    post = due_post(stream, actor=one_of(stream.team), **values)
    send_due()
    row = delivery_of(post)
    row.state, row.reason = state, "The receiver refused the post (422)."
    db.session.commit()
    return row


def told():
    """(person, kind) of every notice."""
    rows = db.session.execute(sa.select(Notice.person_id, Notice.kind).order_by(Notice.id))
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("state", ["failed", "unknown", "missed"])
def test_the_one_who_is_responsible_is_told_once(team, stream, account, state):
    responsible = make_person(team, "author")
    stream.responsible_id = responsible.id
    stuck(stream, state, author_id=make_person(team, "author").id)
    assert [look(), look(), look()] == [1, 0, 0]
    assert told() == [(responsible.id, state)]


def test_without_one_it_is_the_author_and_without_an_author_the_owners(team, stream, account, owner):
    second, author = make_person(team), make_person(team, "author")
    stuck(stream, author_id=author.id)
    stuck(stream)
    look()
    assert told() == [(author.id, "failed"), (owner.id, "failed"), (second.id, "failed")]


def test_who_has_left_or_may_not_sign_in_is_not_told(team, stream, account, owner):
    stream.responsible_id = make_person().id
    author = make_person(team, "author")
    author.disabled_at = database_now()
    stuck(stream, author_id=author.id)
    look()
    assert told() == [(owner.id, "failed")]


def test_further_attempts_are_no_news_and_a_new_decision_is(stream, account, owner):
    row = stuck(stream)
    look()
    row.attempts += 3
    row.finished_at = database_now()
    db.session.commit()
    assert look() == 0
    resolve(row, "send again", actor=actor_for(owner), now=database_now())
    row.state, row.reason = "unknown", "A worker died in mid call."
    db.session.commit()
    assert [look(), look()] == [1, 0]
    assert told() == [(owner.id, "failed"), (owner.id, "unknown")]


def test_a_missed_post_is_told_once_and_not_for_each_of_its_places(team, stream, account, owner):
    make_account(team, streams=[stream])
    post = due_post(
        stream, actor=one_of(team), ago=timedelta(minutes=stream.grace_minutes + 5).total_seconds()
    )
    send_due()
    assert (post.state, len(post.deliveries)) == ("missed", 2)
    assert [look(), look()] == [1, 0]
    assert told() == [(owner.id, "missed")]
    assert db.session.scalar(sa.select(Notice.delivery_id)) is None


def test_a_post_that_is_missed_a_second_time_is_news(stream, owner):
    post = make_post(stream)
    for _ in range(2):
        plan_for(post, database_now())
        post.state = "missed"
        db.session.commit()
        assert [look(), look()] == [1, 0]
    assert told() == [(owner.id, "missed")] * 2


def test_an_account_that_stops_is_told_to_who_is_responsible_and_who_can_mend_it(
    team, stream, account, owner
):
    author = make_person(team, "author")
    stream.responsible_id = author.id
    account.state, account.state_since = "paused", database_now()
    account.state_reason = "The receiver answered 410 Gone: it does not want to be called again."
    db.session.commit()
    assert [look(), look()] == [2, 0]
    assert sorted(told()) == sorted([(author.id, "account"), (owner.id, "account")])

    account.state, account.state_since = "broken", database_now()
    db.session.commit()
    assert look() == 2


def test_an_account_that_a_person_paused_is_no_news(account, owner):
    pause(account, actor=actor_for(owner), now=database_now())
    db.session.commit()
    assert look() == 0


def test_what_is_long_past_is_left_to_the_board(stream, account, owner):
    row = stuck(stream)
    row.due_at = database_now() - timedelta(days=15)
    db.session.commit()
    assert look() == 0


def test_the_database_itself_refuses_the_same_event_twice(stream, account, owner):
    stuck(stream)
    look()
    (one,) = db.session.scalars(sa.select(Notice))
    db.session.add(Notice(person_id=one.person_id, team_id=one.team_id, kind=one.kind, event=one.event))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()
