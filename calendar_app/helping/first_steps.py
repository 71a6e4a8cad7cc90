"""The way of a new team to its first scheduled post. Nothing is stored: each step is done when its thing is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app.channels.models import Account
from calendar_app.extensions import db
from calendar_app.people.roles import scoped
from calendar_app.posts.models import Post
from calendar_app.posts.next_up import next_gap, streams_of
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_app.people.roles import Actor

# With a time that was promised to readers, or past it.
PLANNED = ("scheduled", "published", "withdrawn", "missed")


@dataclass(frozen=True)
class FirstSteps:
    """What is done of it. `draft` is the id of the first draft, `begin` where the first post is begun."""

    begin: str
    draft: str | None
    has_place: bool


def first_steps(actor: Actor, now: datetime) -> FirstSteps | None:
    """None once a post of the asker's teams was ever scheduled, and for whoever may not write any."""
    if not any(actor.may("write posts", team) for team in actor.team_ids):
        return None
    if _first(sa.select(Post.id).where(Post.team_id.in_(actor.team_ids), Post.state.in_(PLANNED))):
        return None
    place = scoped(Account, actor).where(Account.deleted_at.is_(None)).exists()
    found = db.session.execute(
        scoped(Stream, actor)
        .where(Stream.archived_at.is_(None))
        .order_by(Stream.id)
        .add_columns(place.label("has_place"))
        .limit(1)
    ).first()
    if found is None:
        return None
    stream, has_place = found
    draft = _first(scoped(Post, actor).order_by(Post.id))
    gap = None if draft else next_gap(streams_of(stream.team_id), now, now)
    begin = gap.address if gap else f"/posts/new?stream={stream.handle}"
    return FirstSteps(begin, draft.uuid if draft else None, has_place)


def is_first_planned(post: Post) -> bool:
    """Whether no other post of its team has, or had, its time."""
    others = sa.select(Post.id).where(Post.team_id == post.team_id, Post.id != post.id)
    return _first(others.where(Post.state.in_(PLANNED))) is None


def _first(query: sa.Select[Any]) -> Any:
    return db.session.scalars(query.limit(1)).first()
