"""Agreeing on a post."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from calendar_app.errors import Conflict, NotAllowed
from calendar_app.extensions import database_now, db
from calendar_app.people.models import Audit
from calendar_app.posts.reviewing import approve, send_for_review, take_back
from calendar_app.posts.steps import first_step, further_steps, steps
from tests.factories import (
    make_account,
    make_actor,
    make_post,
    make_scheduled,
    make_stream,
    make_team,
)


def test_the_way_of_a_post_that_needs_approval(app):
    stream = make_stream(needs_approval=True)
    post, author, editor = (
        make_post(stream),
        make_actor(stream.team, "author"),
        make_actor(stream.team, "editor"),
    )
    send_for_review(post, actor=author, now=database_now())
    assert (post.state, post.version) == ("in_review", 2)
    approve(post, actor=editor, now=database_now())
    assert (post.state, post.version, post.approver_id) == ("approved", 3, editor.person.id)
    take_back(post, actor=author, now=database_now())
    assert (post.state, post.version, post.approver_id) == ("draft", 4, None)
    told = db.session.scalars(
        sa.select(Audit.action).where(Audit.subject == post.uuid).order_by(Audit.id)
    ).all()
    assert told == ["post in review", "post approved", "post draft"]


@pytest.mark.parametrize("role", ["viewer", "author"])
def test_only_editors_and_owners_approve(app, role):
    post = make_post(make_stream(), state="in_review")
    with pytest.raises(NotAllowed):
        approve(post, actor=make_actor(post.team, role), now=database_now())
    assert post.state == "in_review"


def test_a_viewer_neither_sends_for_review_nor_takes_back(app):
    post = make_post(make_stream())
    viewer = make_actor(post.team, "viewer")
    for step in (send_for_review, take_back):
        with pytest.raises(NotAllowed):
            step(post, actor=viewer, now=database_now())


def test_an_editor_of_another_team_approves_nothing(app):
    post = make_post(make_stream(), state="in_review")
    with pytest.raises(NotAllowed):
        approve(post, actor=make_actor(make_team(), "editor"), now=database_now())


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (send_for_review, "scheduled"),
        (send_for_review, "published"),
        (approve, "scheduled"),
        (approve, "missed"),
        (approve, "published"),
        (take_back, "scheduled"),
        (take_back, "withdrawn"),
    ],
)
def test_a_step_that_does_not_fit_is_refused(app, step, state):
    now = database_now()
    post = make_post(make_stream(), state=state, due_at=now, published_at=now)
    with pytest.raises(Conflict):
        step(post, actor=make_actor(post.team), now=now)


def test_a_step_taken_twice_counts_once(app):
    post = make_post(make_stream())
    actor = make_actor(post.team)
    approve(post, actor=actor, now=database_now())
    approve(post, actor=actor, now=database_now())
    assert post.version == 2


FREE = {
    ("owner", "draft"): {"save", "schedule", "review", "publish", "discard", "copy"},
    ("author", "draft"): {"save", "schedule", "review", "discard", "copy"},
    ("viewer", "draft"): set(),
    ("author", "in_review"): {"save", "schedule", "take back", "discard", "copy"},
    ("editor", "in_review"): {
        "save",
        "schedule",
        "approve",
        "publish",
        "take back",
        "discard",
        "copy",
        "want changes",
    },
    ("author", "missed"): {"save", "schedule", "review", "discard", "copy"},
    ("author", "scheduled"): {"save", "unschedule", "copy"},
    ("editor", "scheduled"): {"save", "unschedule", "publish", "copy"},
    ("author", "published"): {"save", "copy"},
    ("editor", "published"): {"save", "withdraw", "copy"},
    ("owner", "withdrawn"): {"copy"},
    ("viewer", "withdrawn"): set(),
}
GUARDED = {
    ("author", "draft"): {"save", "review", "discard", "copy"},
    ("editor", "draft"): {"save", "review", "approve", "discard", "copy"},
    ("author", "in_review"): {"save", "take back", "discard", "copy"},
    ("editor", "in_review"): {"save", "approve", "take back", "discard", "copy", "want changes"},
    ("author", "approved"): {"schedule", "take back", "discard", "copy"},
    ("editor", "approved"): {"save", "schedule", "publish", "take back", "discard", "copy", "want changes"},
    ("author", "scheduled"): {"unschedule", "copy"},
    ("author", "missed"): {"save", "review", "discard", "copy"},
    ("author", "published"): {"copy"},
}


@pytest.mark.parametrize(("guarded", "table"), [(False, FREE), (True, GUARDED)])
def test_only_steps_that_work_are_offered(app, guarded, table):
    team, now = make_team(), database_now()
    stream = make_stream(team, needs_approval=guarded)
    for (role, state), offered in table.items():
        post = make_post(stream, state=state, due_at=now, published_at=now)
        assert steps(post, make_actor(team, role)) == offered, (role, state)


def test_the_step_put_forward_is_not_in_the_menu_too(app):
    assert first_step({"approve", "review", "save"}) == "approve"
    assert further_steps({"approve", "review", "save", "copy"}) == {"review", "copy"}
    assert first_step({"copy"}) is None


def test_the_next_slot_is_offered_where_there_are_slots_and_removal_where_nothing_was_tried(app):
    stream = make_stream(cadence=["FREQ=DAILY;BYHOUR=9;BYMINUTE=0"])
    make_account(stream.team, streams=[stream])
    actor = make_actor(stream.team)
    assert {"next slot", "discard"} <= steps(make_post(stream), actor)
    tried = make_scheduled(stream)
    tried.state, tried.deliveries[0].attempts = "draft", 1
    assert "discard" not in steps(tried, actor)
