"""Agreeing on a post: sent for review, approved step by step, sent back with a wish, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.agreeing import rules
from calendar_app.agreeing.models import WISH_LIMIT, Review
from calendar_app.agreeing.telling import tell_author, tell_of_review
from calendar_app.errors import Conflict, NotAllowed
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people.audit import record
from calendar_app.posts import checking
from calendar_app.posts.checking import Findings
from calendar_app.posts.event_following import only_followed
from calendar_app.posts.locking import lock
from calendar_app.posts.scheduling import cancel_waiting
from calendar_app.posts.state_words import in_a_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post

ASKED = "post asked for again"


def send_for_review(post: Post, *, actor: Actor, now: datetime) -> None:
    """Draft → in review. A wish for changes counts as met."""
    lock(post)
    actor.need("write posts", post.team_id)
    if post.state in {"draft", "missed"}:
        _end(post, now)
    if _move(post, "in_review", {"draft", "missed"}, actor, now):
        db.session.flush()
        tell_of_review(post, actor, now)


def approve(post: Post, *, actor: Actor, now: datetime) -> None:
    """Draft or in review → approved, or one step nearer to it where the stream asks for several.

    Raises NotAllowed when it is not this person's turn, Conflict.
    """
    lock(post)
    if post.state not in {"draft", "in_review"}:
        actor.need("approve posts", post.team_id)
        _move(post, "approved", set(), actor, now)
        return
    _need_turn(post, actor)
    if post.state == "draft":
        _end(post, now)
    _end_wishes(post, now)
    steps, number = rules.steps_of(post), len(rules.standing_approvals(post)) + 1
    post.reviews.append(
        Review(person_id=actor.person.id, outcome="approved", step=number, version=post.version, at=now)
    )
    if number < len(steps):
        _move_part(post, actor, now, number, len(steps))
        db.session.flush()
        tell_of_review(post, actor, now)
        return
    _move(post, "approved", {"draft", "in_review"}, actor, now)
    post.approver_id = actor.person.id
    db.session.flush()
    tell_author("approved", post, actor, now)


def want_changes(post: Post, why: str, *, actor: Actor, now: datetime) -> None:
    """In review or approved → draft, with a sentence for its author. Raises Refused, NotAllowed, Conflict."""
    lock(post)
    if not rules.may_ask_for_changes(post, actor):
        actor.need("approve posts", post.team_id)
    found = Findings()
    text = checking.prose(why, "wish", WISH_LIMIT, found).strip()
    if not text:
        found.add("wish", say("Say in a sentence what should change."))
    found.settle()
    version = post.version
    if not _move(post, "draft", {"in_review", "approved"}, actor, now, action="post wanted changed"):
        raise Conflict(
            say("This post is %(state)s; that step does not fit here.", state=in_a_sentence("draft"))
        )
    _end(post, now)
    post.reviews.append(
        Review(person_id=actor.person.id, outcome="changes", step=0, version=version, text=text, at=now)
    )
    post.approver_id = None
    db.session.flush()
    tell_author("changes", post, actor, now)


def take_back(post: Post, *, actor: Actor, now: datetime) -> None:
    """In review or approved → draft."""
    lock(post)
    actor.need("write posts", post.team_id)
    if _move(post, "draft", {"in_review", "approved"}, actor, now):
        _end_approvals(post, now)
    post.approver_id = None


def need_right_to_change(post: Post, actor: Actor) -> None:
    """The words that were agreed on change only by those who may agree; when they go out is the author's to say.

    Raises NotAllowed.
    """
    if not rules.may_change_agreed(post, actor):
        raise NotAllowed(say("This post has been approved. Ask an editor, or take the approval back first."))


def ask_again(
    post: Post, before: Mapping[str, Any], after: Mapping[str, Any], *, actor: Actor, now: datetime
) -> None:
    """After a change: where the stream says so, what was agreed ends, and the post waits for review once more.

    A scheduled post leaves the plan, its time stays written down. What has gone out is asked for no more.
    """
    if post.state not in {"in_review", "approved", "scheduled"} or not rules.asks_again(post, before, after):
        return
    was, given = post.state, [row.id for row in rules.standing_approvals(post)]
    if was == "in_review":
        _end_approvals(post, now)
        if given:
            _record_asking(post, was, given, before, after, actor)
        return
    post.state = "in_review"
    post.approver_id = None
    _end(post, now)
    if was == "scheduled":
        post.called_off_at = now
        cancel_waiting(post, "The post was changed and waits for approval again.")
    _record_asking(post, was, given, before, after, actor)
    db.session.flush()
    tell_of_review(post, actor, now)


def _record_asking(
    post: Post, was: str, given: list[int], before: Mapping[str, Any], after: Mapping[str, Any], actor: Actor
) -> None:
    """With all that must be known if this very change is taken back (returning.py)."""
    changed = sorted(name for name in after if before[name] != after[name])
    if "event" in changed and only_followed(post, before, after):
        changed.remove("event")
    record(ASKED, post.uuid, actor=actor, team_id=post.team_id,
           before={"state": was, "reviews": given, "streams": before["streams"]},
           after={"changed": changed, "version": post.version})  # fmt: skip


def _need_turn(post: Post, actor: Actor) -> None:
    if rules.next_step(post) == "editor":
        actor.need("approve posts", post.team_id)
    if reason := rules.hindrance(post, actor):
        raise NotAllowed(reason)


def _end(post: Post, now: datetime) -> None:
    _end_approvals(post, now)
    _end_wishes(post, now)


def _end_approvals(post: Post, now: datetime) -> None:
    for row in post.reviews:
        if row.outcome == "approved" and row.ended_at is None:
            row.ended_at = now


def _end_wishes(post: Post, now: datetime) -> None:
    for row in post.reviews:
        if row.outcome == "changes" and row.ended_at is None:
            row.ended_at = now


def _move_part(post: Post, actor: Actor, now: datetime, number: int, steps: int) -> None:
    post.state = "in_review"
    post.version += 1
    post.updated_at = now
    record("post approved in part", post.uuid, actor=actor, team_id=post.team_id,
           after={"step": number, "of": steps})  # fmt: skip


def _move(
    post: Post, state: str, allowed: set[str], actor: Actor, now: datetime, *, action: str = ""
) -> bool:
    """Whether it moved: a step taken twice counts once. Raises Conflict."""
    if post.state == state:
        return False
    if post.state not in allowed:
        raise Conflict(
            say("This post is %(state)s; that step does not fit here.", state=in_a_sentence(post.state))
        )
    before = post.state
    post.state = state
    post.version += 1
    post.updated_at = now
    record(
        action or f"post {state.replace('_', ' ')}",
        post.uuid,
        actor=actor,
        team_id=post.team_id,
        before={"state": before},
    )
    return True
