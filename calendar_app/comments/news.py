"""What others have said since a page was made, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask_babel import ngettext
from sqlalchemy.orm import joinedload

from calendar_app.comments.models import Comment
from calendar_app.extensions import db
from calendar_app.languages import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.people.models import Person
    from calendar_app.posts.models import Post


def since(post: Post, number: int, person: Person) -> Sequence[Comment]:
    """Comments on the post with higher numbers, by others, in their order."""
    new = sa.select(Comment).where(
        Comment.post_id == post.id, Comment.id > number, Comment.removed_at.is_(None),
        sa.or_(Comment.person_id.is_(None), Comment.person_id != person.id),
    )  # fmt: skip
    return db.session.scalars(new.order_by(Comment.id).options(joinedload(Comment.person))).all()


def in_words(new: Sequence[Comment]) -> str:
    """`2 new comments by Kari, Ola.`; empty where there are none."""
    if not new:
        return ""
    names = ", ".join(dict.fromkeys(_name(one) for one in new))
    return str(
        ngettext(
            "%(num)d new comment by %(names)s.", "%(num)d new comments by %(names)s.", len(new), names=names
        )
    )


def _name(comment: Comment) -> str:
    if comment.guest:
        return comment.guest
    return comment.person.name if comment.person else say("Somebody who has left")
