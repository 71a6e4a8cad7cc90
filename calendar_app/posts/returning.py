"""A post that was taken back to draft goes back to where it stood, as long as nobody has touched its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.agreeing import rules
from calendar_app.extensions import db
from calendar_app.people.models import Audit
from calendar_app.posts.locking import lock
from calendar_app.posts.scheduling import schedule

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post

# What may have happened since without a word having changed.
HARMLESS = {"post moved"}
MOST_LOOKED_AT = 50


def schedule_again(post: Post, *, actor: Actor, now: datetime) -> None:
    """Draft → scheduled, as it was before somebody took it back: what had been agreed on then still counts.

    Raises what `schedule` raises.
    """
    lock(post)
    actor.need("schedule posts", post.team_id)
    if post.state == "draft" and was_agreed(post) and _only_taken_back(post):
        post.state = "approved"
    schedule(post, actor=actor, now=now)


def was_agreed(post: Post) -> bool:
    """Taking a scheduled post back ends no approval."""
    given = [row for row in post.reviews if row.outcome == "approved" and row.ended_at is None]
    steps = rules.steps_of(post)
    return bool(steps) and len(given) >= len(steps)


def _only_taken_back(post: Post) -> bool:
    """The record of changes knows: since it was scheduled it has been taken back, and at most moved."""
    actions = db.session.scalars(
        sa.select(Audit.action)
        .where(Audit.subject == post.uuid)
        .order_by(Audit.id.desc())
        .limit(MOST_LOOKED_AT)
    )
    return next((action for action in actions if action not in HARMLESS), "") == "post unscheduled"
