"""Who is told of a comment: each once, and nobody of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.comments.mentioning import mentioned
from calendar_app.comments.models import Comment
from calendar_app.extensions import db
from calendar_app.notices.telling import tell
from calendar_app.people.models import Member, Person

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def tell_of_comment(comment: Comment, now: datetime) -> None:
    """Who is named; of an answer, those who spoke before; of a remark, the post's author.

    What an outsider says is also told to the one who is responsible for its home stream. Harmless when repeated.
    """
    members = members_of(comment.post.team_id)
    named = mentioned(comment.text, members) if not comment.guest else set()
    others = set(_spoke_before(comment)) if comment.parent_id else {comment.post.author_id}
    if comment.guest:
        others |= {comment.post.author_id, comment.post.home.responsible_id}
    _tell("mention", comment, named, members, now)
    _tell("reply" if comment.parent_id else "comment", comment, others - named, members, now)


def members_of(team_id: int) -> dict[int, str]:
    """Names of those who can be told, by id."""
    rows = db.session.execute(
        sa.select(Person.id, Person.name)
        .join(Member, Member.person_id == Person.id)
        .where(Member.team_id == team_id, Person.disabled_at.is_(None))
        .order_by(sa.func.lower(Person.name), Person.id)
    )
    return {row.id: row.name for row in rows}


def _spoke_before(comment: Comment) -> Iterable[int | None]:
    thread = sa.or_(Comment.id == comment.parent_id, Comment.parent_id == comment.parent_id)
    return db.session.scalars(sa.select(Comment.person_id).where(thread, Comment.removed_at.is_(None)))


def _tell(
    kind: str, comment: Comment, people: Iterable[int | None], members: dict[int, str], now: datetime
) -> None:
    facts = {
        "kind": kind, "event": f"comment {comment.id}", "team_id": comment.post.team_id,
        "post_id": comment.post_id, "comment_id": comment.id, "by_id": comment.person_id,
    }  # fmt: skip
    tell(facts, {one for one in people if one in members and one != comment.person_id}, now)
