"""A post that was taken back to draft, or lost its agreement in another stream, goes back to where it stood.

As long as nobody has touched its words: the record of changes knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app.agreeing import rules
from calendar_app.extensions import db
from calendar_app.people.audit import record
from calendar_app.people.models import Audit
from calendar_app.posts.locking import lock
from calendar_app.posts.reviewing import ASKED
from calendar_app.posts.scheduling import schedule
from calendar_app.posts.steps import waits_for_approval
from calendar_app.posts.values import PLAN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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


def asking_undone(post: Post, streams: Sequence[str]) -> Mapping[str, Any] | None:
    """How it stood before the last change, if that took it out of these streams and alone made it wait for approval."""
    last = db.session.scalars(
        sa.select(Audit)
        .where(Audit.subject == post.uuid, Audit.action == ASKED)
        .order_by(Audit.id.desc())
        .limit(1)
    ).first()
    if last is None or post.state != "in_review" or not last.before or not last.after:
        return None
    after: Mapping[str, Any] = last.after
    if after.get("version") != post.version or last.before["streams"] != list(streams):
        return None
    return last.before if set(after["changed"]) <= {"streams", *PLAN} else None


def stand_again(post: Post, before: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    """In review → the state it had, with what had been agreed on. Raises what `schedule` raises."""
    given = [row for row in post.reviews if row.id in before["reviews"]]
    for row in given:
        row.ended_at = None
    if before["state"] == "in_review":
        return
    if before["state"] == "approved" or (given and waits_for_approval(post)):
        post.state = "approved"
        post.approver_id = given[-1].person_id if given else None
    record(
        "post stands again", post.uuid, actor=actor, team_id=post.team_id, after={"state": before["state"]}
    )
    db.session.flush()
    if before["state"] == "scheduled":
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
