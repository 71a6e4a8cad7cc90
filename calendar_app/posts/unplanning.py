"""A post loses its time and waits for another; what was agreed on stays agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.errors import Conflict, Stale
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people.audit import record
from calendar_app.posts.locking import lock
from calendar_app.posts.returning import was_agreed
from calendar_app.posts.scheduling import unschedule
from calendar_app.posts.state_words import in_a_sentence
from calendar_app.posts.values import values_of
from calendar_app.revisions.keeping import keep

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post

# What is still ours to plan: neither gone out nor missed.
OPEN = {"draft", "in_review", "approved", "scheduled"}


def leave_open(post: Post, *, version: int, actor: Actor, now: datetime) -> None:
    """Take the time away. A scheduled post is taken back: to approved where all had agreed, else to draft.

    Raises Stale, Conflict, NotAllowed.
    """
    lock(post)
    actor.need("write posts", post.team_id)
    if version != post.version:
        raise Stale(post.version)
    title = post.title or say("This post")
    if post.state not in OPEN:
        state = in_a_sentence(post.state)
        raise Conflict(say("“%(title)s” has been %(state)s and keeps its time.", title=title, state=state))
    if post.due_at is None:
        raise Conflict(say("“%(title)s” has no time already.", title=title))
    before, values = post.due_at, values_of(post)
    if post.state == "scheduled":
        agreed = was_agreed(post)
        unschedule(post, actor=actor, now=now)
        post.state = "approved" if agreed else "draft"
    post.publish_at = post.due_at = None
    post.version += 1
    post.updated_at = now
    db.session.flush()
    keep(post, values, values_of(post), actor=actor, now=now)
    record("post moved", post.uuid, actor=actor, team_id=post.team_id,
           before={"due_at": str(before)}, after={"due_at": None})  # fmt: skip
