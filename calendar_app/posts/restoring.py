"""Taking back the throwing away of a post: the record of its removal holds all that it said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.errors import Conflict
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people.models import Audit
from calendar_app.posts.autosaving import save_what_fits
from calendar_app.posts.drafting import draft
from calendar_app.posts.models import Post

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from calendar_app.people.roles import Actor


def removal_of(uuid: str, actor: Actor) -> Audit | None:
    """The record of the post's removal, while it is away; only for members of its team."""
    if db.session.scalar(sa.select(Post.id).where(Post.uuid == uuid)):
        return None
    found: Audit | None = db.session.scalars(
        sa.select(Audit)
        .where(Audit.subject == uuid, Audit.action == "post discarded", Audit.team_id.in_(actor.team_ids))
        .order_by(Audit.id.desc())
        .limit(1)
    ).first()
    return found


def restore(removal: Audit, *, actor: Actor, now: datetime) -> Mapping[str, str]:
    """The post again, as a draft under its old address; a sentence for each field that no longer fits.

    Raises Refused when its streams are gone, Conflict when it is back already, NotAllowed.
    """
    if removal.before is None or removal_of(removal.subject, actor) is None:
        raise Conflict(say("This post is back already."))
    return save_what_fits(
        removal.before, lambda kept: draft(kept, actor=actor, now=now, uuid=removal.subject), needed="streams"
    )
