"""A post goes into the pool of its home stream, or out of it; what pages tell of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from calendar_app.errors import Conflict
from calendar_app.evergreen.models import Evergreen, Reuse
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people.audit import record
from calendar_app.people.holding import hold_team
from calendar_app.posts.locking import lock
from calendar_app.posts.models import Post, PostStream

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.streams.models import Stream


# Of one stream: each is weighed for every slot that stays empty.
MOST = 500


class Told(NamedTuple):
    """`pooled`: the post is in the pool. `origin`: the post of the pool from which it was made."""

    pooled: bool
    origin: Post | None


def put_in(post: Post, *, actor: Actor, now: datetime) -> None:
    """The post may come again. Raises Conflict, NotAllowed."""
    lock(post)
    actor.need("write posts", post.team_id)
    if post.state in {"withdrawn", "missed"}:
        raise Conflict(say("Only a post that went out, or will, can come again."))
    if told_of(post).origin is not None:
        raise Conflict(say("This post was made from one of the pool already."))
    if db.session.get(Evergreen, post.id) is None:
        hold_team(post.team_id)
        count = sa.select(sa.func.count()).select_from(_members_of(post.home).subquery())
        if (db.session.scalar(count) or 0) >= MOST:
            raise Conflict(
                say("There are %(most)s posts in this pool already. Take some out first.", most=MOST)
            )
        db.session.add(Evergreen(post_id=post.id, person_id=actor.person.id, added_at=now))
        db.session.flush()
        record("post put into the pool", post.uuid, actor=actor, team_id=post.team_id)


def take_out(post: Post, *, actor: Actor) -> None:
    """It comes no more; what was made from it stays. Raises NotAllowed."""
    lock(post)
    actor.need("write posts", post.team_id)
    row = db.session.get(Evergreen, post.id)
    if row is not None:
        db.session.delete(row)
        db.session.flush()
        record("post taken out of the pool", post.uuid, actor=actor, team_id=post.team_id)


def told_of(post: Post | None) -> Told:
    if post is None:
        return Told(False, None)
    row = db.session.scalar(
        sa.select(Reuse).where(Reuse.post_id == post.id).options(joinedload(Reuse.origin))
    )
    return Told(db.session.get(Evergreen, post.id) is not None, row.origin if row else None)


def pool_of(stream: Stream) -> list[Evergreen]:
    """The posts of the stream's pool: those that are at home in it, the oldest first.

    Of posts that came with it from another stream there may be more than fit: the newest are then left out.
    """
    return list(
        db.session.scalars(
            _members_of(stream)
            .order_by(Evergreen.post_id)
            .limit(MOST)
            .options(joinedload(Evergreen.post), joinedload(Evergreen.person))
        )
    )


def _members_of(stream: Stream) -> sa.Select[Evergreen]:
    """Posts of pools are few: a join might begin with all that there are."""
    at_home = sa.exists().where(
        PostStream.post_id == Evergreen.post_id, PostStream.stream_id == stream.id, PostStream.position == 0
    )
    may_come = sa.exists().where(Post.id == Evergreen.post_id, Post.state.not_in(("withdrawn", "missed")))
    return sa.select(Evergreen).where(at_home, may_come)
