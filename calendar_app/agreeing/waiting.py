"""What waits for one member: posts that are theirs to approve, and their own: sent back, or approved without more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from calendar_app.agreeing.models import Review
from calendar_app.agreeing.rules import hindrance, open_wish
from calendar_app.extensions import db
from calendar_app.people.roles import scoped
from calendar_app.posts.models import Post, PostStream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.people.roles import Actor
    from calendar_app.streams.models import Stream

# More than anybody goes through in one sitting; the most urgent come first.
MOST = 100


@dataclass(frozen=True)
class Waiting:
    to_approve: Sequence[Post]
    to_change: Sequence[tuple[Post, Review]]
    # Approved and no more: without somebody who schedules them they never go out.
    to_schedule: Sequence[Post] = ()

    @property
    def ids(self) -> list[int]:
        changes = (post for post, _wish in self.to_change)
        return [post.id for post in (*self.to_approve, *changes, *self.to_schedule)]


def waiting_for(actor: Actor, *, stream: Stream | None = None) -> Waiting:
    """In the asker's teams, or in one stream of theirs; what is due first on top."""
    asked = _first(actor, stream, Post.state == "in_review")
    wished = sa.exists().where(
        Review.post_id == Post.id, Review.outcome == "changes", Review.ended_at.is_(None)
    )
    own = Post.author_id == actor.person.id
    mine = _first(actor, stream, own, Post.state.in_(("draft", "missed")), wished)
    found = [(post, open_wish(post)) for post in mine]
    return Waiting(
        to_approve=[post for post in asked if hindrance(post, actor) is None],
        to_change=[(post, wish) for post, wish in found if wish is not None],
        to_schedule=_first(actor, stream, own, Post.state == "approved"),
    )


def _first(actor: Actor, stream: Stream | None, *which: sa.ColumnElement[bool]) -> Sequence[Post]:
    if stream is not None:
        which += (sa.exists().where(PostStream.post_id == Post.id, PostStream.stream_id == stream.id),)
    found: Sequence[Post] = db.session.scalars(
        scoped(Post, actor)
        .where(Post.is_unfinished(), *which)
        .options(
            selectinload(Post.in_streams).joinedload(PostStream.stream),
            selectinload(Post.reviews).joinedload(Review.person),
        )
        .order_by(Post.due_at.is_(None), Post.due_at, Post.id)
        .limit(MOST)
    ).all()
    return found
