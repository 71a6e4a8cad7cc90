"""Agreeing on a post: sent for review, approved, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.errors import Conflict, NotAllowed
from calendar_app.languages import say
from calendar_app.people.audit import record
from calendar_app.posts.locking import lock
from calendar_app.posts.state_words import in_a_sentence

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post


def send_for_review(post: Post, *, actor: Actor, now: datetime) -> None:
    """Draft → in review."""
    lock(post)
    actor.need("write posts", post.team_id)
    _move(post, "in_review", {"draft", "missed"}, actor, now)


def approve(post: Post, *, actor: Actor, now: datetime) -> None:
    """Draft or in review → approved."""
    lock(post)
    actor.need("approve posts", post.team_id)
    _move(post, "approved", {"draft", "in_review"}, actor, now)
    post.approver_id = actor.person.id


def take_back(post: Post, *, actor: Actor, now: datetime) -> None:
    """In review or approved → draft."""
    lock(post)
    actor.need("write posts", post.team_id)
    _move(post, "draft", {"in_review", "approved"}, actor, now)
    post.approver_id = None


def need_right_to_change(post: Post, actor: Actor) -> None:
    """The words that were agreed on change only by those who may agree; when they go out is the author's to say.

    Raises NotAllowed.
    """
    if post.state not in {"approved", "scheduled", "published"} or actor.may("approve posts", post.team_id):
        return
    if any(stream.needs_approval for stream in post.streams):
        raise NotAllowed(say("This post has been approved. Ask an editor, or take the approval back first."))


def _move(post: Post, state: str, allowed: set[str], actor: Actor, now: datetime) -> None:
    if post.state == state:
        return
    if post.state not in allowed:
        raise Conflict(
            say("This post is %(state)s; that step does not fit here.", state=in_a_sentence(post.state))
        )
    before = post.state
    post.state = state
    post.version += 1
    post.updated_at = now
    record(
        f"post {state.replace('_', ' ')}",
        post.uuid,
        actor=actor,
        team_id=post.team_id,
        before={"state": before},
    )
