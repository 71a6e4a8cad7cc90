"""Loading a plan: only one's own, only what is asked for, and never more queries for more posts."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app.channels.models import Delivery
from calendar_app.extensions import db
from calendar_app.people.models import Member
from calendar_app.people.roles import actor_for
from calendar_app.planner import loading
from calendar_app.posts.models import Post, PostStream
from calendar_app.streams.cadence import parse_cadence
from tests.factories import make_account, make_actor, make_person, make_post, make_stream, make_team, plan_for
from tests.planner.plans import utc

SINCE, UNTIL = utc("2026-11-30T00:00"), utc("2027-01-04T00:00")
NOON = utc("2026-12-01T12:00")


def planned(stream, *streams, at=NOON, state="draft", **values):
    post = make_post(stream, *streams, **values)
    plan_for(post, at)
    post.state = state
    if state in {"published", "withdrawn"}:
        post.published_at = at
    db.session.commit()
    return post


def deliver(post, account, state):
    done = {"sent_at": post.due_at, "finished_at": post.due_at} if state == "delivered" else {}
    db.session.add(
        Delivery(
            post_id=post.id,
            account_id=account.id,
            due_at=post.due_at,
            next_at=post.due_at,
            state=state,
            **done,
        )
    )
    db.session.commit()


def titles(loaded):
    return [entry.title for entry in loaded.entries]


def test_a_plan_holds_the_posts_of_the_asker_s_teams_and_no_others(app):
    team = make_team()
    planned(make_stream(team), title="Ours")
    planned(make_stream(), title="Theirs")
    assert titles(loading.entries(make_actor(team), SINCE, UNTIL)) == ["Ours"]
    assert titles(loading.entries(make_actor(), SINCE, UNTIL)) == []


def test_a_person_in_two_teams_sees_both_plans(app):
    one, other = make_team(), make_team()
    person = make_person(one)
    db.session.add(Member(team_id=other.id, person_id=person.id, role="viewer"))
    db.session.commit()
    planned(make_stream(one), title="One")
    planned(make_stream(other), title="Other")
    assert sorted(titles(loading.entries(actor_for(person), SINCE, UNTIL))) == ["One", "Other"]


def test_the_window_begins_with_its_first_instant_and_ends_before_its_last(app):
    stream = make_stream()
    for title, at in [("before", SINCE - timedelta(microseconds=1)), ("first", SINCE), ("end", UNTIL)]:
        planned(stream, title=title, at=at)
    make_post(stream, title="without a time")
    assert titles(loading.entries(make_actor(stream.team), SINCE, UNTIL)) == ["first"]


def test_a_plan_can_be_narrowed_to_streams_states_and_a_person(app):
    team = make_team()
    roads, schools = make_stream(team, "roads"), make_stream(team, "schools")
    kari = make_person(team)
    planned(roads, title="A", author_id=kari.id)
    planned(schools, roads, title="B", state="approved")
    planned(schools, title="C")
    actor = make_actor(team)
    assert titles(loading.entries(actor, SINCE, UNTIL, stream_ids=[roads.id])) == ["A", "B"]
    assert titles(loading.entries(actor, SINCE, UNTIL, stream_ids=[])) == []
    assert titles(loading.entries(actor, SINCE, UNTIL, states=("approved",))) == ["B"]
    assert titles(loading.entries(actor, SINCE, UNTIL, person_id=kari.id)) == ["A"]


def test_an_entry_names_its_streams_with_its_home_first(app):
    team = make_team()
    first, second = make_stream(team), make_stream(team)
    planned(second, first)
    assert loading.entries(make_actor(team), SINCE, UNTIL).entries[0].streams == (second.id, first.id)


@pytest.mark.parametrize(
    ("outcomes", "shown"),
    [
        ([], "published"),
        (["delivered"], "delivered"),
        (["delivered", "failed"], "failed"),
        (["unknown", "delivered", "sending"], "unknown"),
        (["failed", "unknown"], "failed"),
        (["delivered", "pending"], "sending"),
        (["delivered", "retry"], "sending"),
        (["cancelled"], "published"),
    ],
)
def test_a_published_post_shows_what_became_of_it_the_worst_first(app, outcomes, shown):
    stream = make_stream()
    post = planned(stream, state="published")
    for outcome in outcomes:
        if outcome == "sending":
            lease = {"lease_until": NOON + timedelta(minutes=1)}
            account = make_account(stream.team)
            db.session.add(
                Delivery(
                    post_id=post.id, account_id=account.id, due_at=NOON, next_at=NOON, state=outcome, **lease
                )
            )
            db.session.commit()
        else:
            deliver(post, make_account(stream.team), outcome)
    assert loading.entries(make_actor(stream.team), SINCE, UNTIL).entries[0].state == shown


def test_what_failed_before_publishing_shows_the_post_s_own_state(app):
    stream = make_stream()
    deliver(planned(stream, state="draft"), make_account(stream.team), "cancelled")
    assert loading.entries(make_actor(stream.team), SINCE, UNTIL).entries[0].state == "draft"


def test_what_needs_a_person_is_what_waits_for_review_failed_is_unknown_or_was_missed(app):
    stream = make_stream()
    account = make_account(stream.team)
    for title, state, outcome in [
        ("review", "in_review", None), ("missed", "missed", None), ("failed", "published", "failed"),
        ("unknown", "published", "unknown"), ("fine", "published", "delivered"), ("draft", "draft", None),
    ]:  # fmt: skip
        post = planned(stream, title=title, state=state)
        if outcome:
            deliver(post, account, outcome)
    planned(stream, title="missed long ago", state="missed", at=NOON - timedelta(days=60))
    planned(make_stream(), title="somebody else's", state="missed")
    found = loading.needing_a_person(make_actor(stream.team), NOON - timedelta(days=14), limit=10)
    assert sorted(entry.title for entry in found) == ["failed", "missed", "review", "unknown"]


def test_streams_come_with_the_archived_ones_last(app):
    team = make_team()
    make_stream(team, name="old", archived_at=NOON)
    weekly = parse_cadence("daily at 09:00").to_json()
    make_stream(team, name="schools", cadence=weekly)
    make_stream(team, name="Roads")
    make_stream(name="stranger")
    found = loading.lanes(make_actor(team))
    assert [(lane.name, lane.promises, lane.archived) for lane in found] == [
        ("Roads", False, False), ("schools", True, False), ("old", False, True),
    ]  # fmt: skip


def fill_month(stream, count):
    start = utc("2026-12-01T06:00")
    rows = [
        {
            "uuid": f"{number:08d}-0000-4000-8000-000000000000", "team_id": stream.team_id, "title": f"Post {number}",
            "text": "", "timezone": "Europe/Oslo", "publish_at": "2026-12-01T07:00:00", "state": "draft",
            "due_at": start + timedelta(minutes=13 * number),
        }
        for number in range(count)
    ]  # fmt: skip
    db.session.execute(sa.insert(Post), rows)
    ids = db.session.scalars(sa.select(Post.id)).all()
    db.session.execute(
        sa.insert(PostStream), [{"post_id": number, "stream_id": stream.id, "position": 0} for number in ids]
    )
    db.session.commit()


class Counted:
    """Counts the statements that reach the database within the block."""

    def __enter__(self):
        self.number = 0
        sa.event.listen(db.engine, "before_cursor_execute", self._one_more)
        return self

    def __exit__(self, *_error):
        sa.event.remove(db.engine, "before_cursor_execute", self._one_more)

    def _one_more(self, *_args):
        self.number += 1


def test_three_thousand_posts_need_no_more_queries_than_three(app):
    stream = make_stream()
    actor = make_actor(stream.team)
    fill_month(stream, 3)
    with Counted() as few:
        assert len(loading.entries(actor, SINCE, UNTIL).entries) == 3
    db.session.execute(sa.delete(Post))
    fill_month(stream, 3000)
    with Counted() as many:
        assert len(loading.entries(actor, SINCE, UNTIL).entries) == 3000
    assert many.number == few.number <= 4


def test_more_than_fits_is_cut_and_said(app, monkeypatch):
    monkeypatch.setattr(loading, "MOST_ENTRIES", 5)
    stream = make_stream()
    fill_month(stream, 6)
    loaded = loading.entries(make_actor(stream.team), SINCE, UNTIL)
    assert (titles(loaded), loaded.cut) == ([f"Post {number}" for number in range(5)], True)
