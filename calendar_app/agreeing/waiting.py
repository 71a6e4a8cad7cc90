"""What waits for one member: posts whose turn it is theirs to approve, and their own that were sent back."""

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

# More than anybody goes through in one sitting; the most urgent come first.
MOST = 100


@dataclass(frozen=True)
class Waiting:
    to_approve: Sequence[Post]
    to_change: Sequence[tuple[Post, Review]]

    @property
    def ids(self) -> list[int]:
        return [post.id for post in (*self.to_approve, *(one for one, _wish in self.to_change))]


def waiting_for(actor: Actor) -> Waiting:
    """In the asker's teams, what is due first on top."""
    asked = _first(actor, Post.state == "in_review")
    wished = sa.exists().where(
        Review.post_id == Post.id, Review.outcome == "changes", Review.ended_at.is_(None)
    )
    mine = _first(
        actor, sa.and_(Post.author_id == actor.person.id, Post.state.in_(("draft", "missed")), wished)
    )
    found = [(post, open_wish(post)) for post in mine]
    return Waiting(
        to_approve=[post for post in asked if hindrance(post, actor) is None],
        to_change=[(post, wish) for post, wish in found if wish is not None],
    )


def _first(actor: Actor, which: sa.ColumnElement[bool]) -> Sequence[Post]:
    found: Sequence[Post] = db.session.scalars(
        scoped(Post, actor)
        .where(which)
        .options(
            selectinload(Post.in_streams).joinedload(PostStream.stream),
            selectinload(Post.reviews).joinedload(Review.person),
        )
        .order_by(Post.due_at.is_(None), Post.due_at, Post.id)
        .limit(MOST)
    ).all()
    return found
