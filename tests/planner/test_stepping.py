"""What is done in the calendar, to one post or to many: each for itself, all in one go, and the way back."""

from datetime import date, timedelta

import pytest

from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.planner.moving import Where
from calendar_app.planner.stepping import MOST, Act, take
from calendar_app.posts.drafting import edit
from calendar_app.posts.models import Post
from calendar_app.posts.reviewing import approve, send_for_review
from calendar_app.posts.scheduling import schedule, unschedule
from tests.factories import make_account, make_actor, make_post, make_scheduled, make_stream, plan_for
from tests.planner.plans import utc

ZONE = "Europe/Oslo"
TENTH = utc("2027-11-10T09:00")


def planned(stream, at=TENTH, **values):
    post = make_post(stream, **values)
    plan_for(post, at)
    db.session.commit()
    return post


def step(actor, *acts):
    return take(acts, actor=actor, now=database_now(), zone=ZONE)


def back(actor, outcome):
    """The acts that undo, as the page sends them again."""
    acts = [one.back for one in outcome.done if one.back]
    return step(actor, *(Act(one.do, one.uuid, one.version, _where(one.at)) for one in acts))


def _where(at):
    return Where(at=utc(at.removesuffix("Z"))) if at else Where()


def reasons(outcome):
    return {one.title: one.sentence for one in outcome.stayed}


def test_many_move_in_one_step_and_what_cannot_stays_and_is_named(app):
    stream = make_stream()
    actor = make_actor(stream.team)
    posts = [planned(stream, TENTH + timedelta(hours=hour), title=f"No {hour}") for hour in range(3)]
    out, stale = planned(stream, title="Out"), planned(stream, title="Stale")
    out.state, out.published_at = "published", out.due_at
    foreign = planned(make_stream(), title="Theirs")
    db.session.commit()
    acts = [Act("move", post.uuid, post.version, Where(days=2)) for post in (*posts, out, foreign)]
    outcome = step(actor, *acts, Act("move", stale.uuid, 9, Where(days=2)))
    assert [post.due_at for post in posts] == [TENTH + timedelta(days=2, hours=hour) for hour in range(3)]
    assert {(one.title, one.status) for one in outcome.stayed} == {
        ("Out", 409),
        ("Stale", 409),
        ("Untitled", 404),
    }
    assert "“Out” has been published" in reasons(outcome)["Out"]
    assert (stale.due_at, foreign.due_at) == (TENTH, TENTH)
    assert back(actor, outcome).stayed == []
    assert [post.due_at for post in posts] == [TENTH + timedelta(hours=hour) for hour in range(3)]


def test_a_time_pointed_at_is_kept_in_the_zone_of_the_post(app):
    post = planned(make_stream(timezone="Europe/London"))
    actor = make_actor(post.team)
    outcome = step(actor, Act("move", post.uuid, 1, Where(at=utc("2027-11-12T08:15"))))
    assert (post.publish_at, post.timezone, post.due_at) == (
        "2027-11-12T08:15:00", "Europe/London", utc("2027-11-12T08:15"),
    )  # fmt: skip
    assert outcome.done[0].sentence == "Moved “Bridge closed” to Fri 12 Nov, 09:15"


def test_the_second_of_two_equal_hours_can_be_pointed_at_and_gone_back_to(app):
    second = utc("2027-10-31T01:30")
    post = planned(make_stream(), second - timedelta(days=1))
    actor = make_actor(post.team)
    step(actor, Act("move", post.uuid, 1, Where(at=second)))
    assert post.due_at == second
    away = step(actor, Act("move", post.uuid, 2, Where(day=date(2027, 11, 3))))
    back(actor, away)
    assert post.due_at == second


def test_a_copy_is_a_draft_where_it_was_put_and_goes_as_it_came(app):
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    post, actor = make_scheduled(stream, due_in=90_000), make_actor(stream.team)
    outcome = step(actor, Act("copy", post.uuid, post.version, Where(days=7)))
    copy = db.session.query(Post).filter_by(uuid=outcome.done[0].uuid).one()
    assert (copy.state, copy.text, copy.author_id) == ("draft", post.text, actor.person.id)
    assert round((copy.due_at - post.due_at).total_seconds()) == 7 * 86400
    assert "as a draft" in outcome.done[0].sentence
    gone = back(actor, outcome)
    assert db.session.query(Post).filter_by(uuid=copy.uuid).count() == 0
    back(actor, gone)
    again = db.session.query(Post).filter_by(uuid=outcome.done[0].uuid).one()
    assert (again.text, again.state) == (post.text, "draft")


def test_a_copy_in_which_somebody_has_written_is_not_thrown_away_by_undo(app):
    post = planned(make_stream())
    actor = make_actor(post.team)
    outcome = step(actor, Act("copy", post.uuid, 1, Where(days=7)))
    copy = db.session.query(Post).filter_by(uuid=outcome.done[0].uuid).one()
    edit(copy, {"text": "Mine"}, version=1, actor=make_actor(post.team), now=database_now())
    undone = back(actor, outcome)
    assert undone.done == [] and "Somebody saved this post" in undone.stayed[0].sentence
    assert copy.text == "Mine"


def test_throwing_away_takes_what_may_go_and_brings_it_back_whole(app):
    stream = make_stream()
    actor = make_actor(stream.team)
    post, kept = planned(stream), make_scheduled(stream, due_in=90_000, title="Kept")
    uuid = post.uuid
    outcome = step(actor, Act("remove", uuid, 1), Act("remove", kept.uuid, kept.version))
    assert reasons(outcome) == {"Kept": "This post is scheduled. Take it back to draft first."}
    assert db.session.query(Post).filter_by(uuid=uuid).count() == 0
    back(actor, outcome)
    again = db.session.query(Post).filter_by(uuid=uuid).one()
    assert (again.due_at, again.title) == (TENTH, "Bridge closed")


def test_back_to_draft_and_back_again_as_far_as_there_is_a_way(app):
    free, strict = make_stream(), None
    strict = make_stream(free.team, needs_approval=True)
    actor = make_actor(free.team)
    plain = make_scheduled(free, due_in=90_000, title="Plain")
    agreed, waiting, approved = (planned(strict, title=title) for title in ("Agreed", "Waiting", "Approved"))
    draft = planned(free, title="Draft")
    for post in (agreed, waiting, approved):
        send_for_review(post, actor=actor, now=database_now())
    for post in (agreed, approved):
        approve(post, actor=make_actor(free.team), now=database_now())
    schedule(agreed, actor=actor, now=database_now())
    posts = (plain, agreed, waiting, approved, draft)
    outcome = step(actor, *(Act("draft", post.uuid, post.version) for post in posts))
    assert {post.state for post in posts} == {"draft"}
    assert reasons(outcome) == {"Draft": "“Draft” is a draft already."}
    assert [one.of for one in outcome.done if one.back is None] == [approved.uuid]
    assert back(actor, outcome).stayed == []
    assert [post.state for post in posts] == ["scheduled", "scheduled", "in_review", "draft", "draft"]


def test_what_was_agreed_on_counts_no_more_once_a_word_has_changed(app):
    stream = make_stream(needs_approval=True)
    actor, post = make_actor(stream.team), planned(stream)
    approve(post, actor=make_actor(stream.team), now=database_now())
    schedule(post, actor=actor, now=database_now())
    unschedule(post, actor=actor, now=database_now())
    edit(post, {"text": "Another word"}, version=post.version, actor=actor, now=database_now())
    outcome = step(actor, Act("schedule", post.uuid, post.version))
    assert (outcome.done, post.state) == ([], "draft")
    assert "asks for approval" in outcome.stayed[0].sentence


def test_a_viewer_changes_nothing_and_nobody_more_than_fits(app):
    post = planned(make_stream())
    viewer = make_actor(post.team, "viewer")
    for do in ("move", "copy", "remove", "draft", "schedule", "review"):
        outcome = step(viewer, Act(do, post.uuid, 1, Where(days=1)))
        assert outcome.done == [], do
    assert (post.state, post.version, post.due_at) == ("draft", 1, TENTH)
    with pytest.raises(Refused):
        step(viewer, *[Act("move", post.uuid, 1)] * (MOST + 1))
    with pytest.raises(Refused):
        step(viewer)
