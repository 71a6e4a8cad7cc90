"""Comments on a post: made, answered, changed, removed, settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import joinedload

from calendar_app import links
from calendar_app.api.calling import PREFIX, Answer, call
from calendar_app.api.paging import page
from calendar_app.api.posts import ONE as POST
from calendar_app.api.posts import post_of
from calendar_app.api.schemas import comments as told
from calendar_app.api.schemas.base import Nothing, PageQuery
from calendar_app.comments import commenting
from calendar_app.comments.anchoring import place
from calendar_app.comments.models import Comment
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db

if TYPE_CHECKING:
    from uuid import UUID

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post

ALL = POST + "/comments"
ONE = ALL + "/<int:comment_id>"


@call("GET", ALL, gives=told.Comments, query=PageQuery)
def find(actor: Actor, post_id: UUID, query: PageQuery) -> Answer:
    """List the comments on a post.

    Answers stand among them, each with the `thread` it belongs to.
    """
    post = post_of(actor, post_id)
    wanted = sa.select(Comment).where(Comment.post_id == post.id).options(joinedload(Comment.person))
    rows, following = page(wanted, Comment.id, query)
    firsts = {row.parent_id for row in rows if row.parent_id}
    settled = set(
        db.session.scalars(
            sa.select(Comment.id).where(Comment.id.in_(firsts), Comment.settled_at.is_not(None))
        )
    )
    items = [_told(row, post, settled=row.settled_at is not None or row.parent_id in settled) for row in rows]
    return Answer(told.Comments(items=items, next=following))


@call("POST", ALL, gives=told.Comment, body=told.NewComment, status=201)
def make(actor: Actor, post_id: UUID, body: told.NewComment) -> Answer:
    """Comment on a post, or answer a comment.

    Whoever is named with @ and their name is told, as are those who spoke before in the thread, or else the post's
    author. An answer opens a settled thread again.
    """
    post = post_of(actor, post_id)
    parent = _found(post, body.answers) if body.answers else None
    if body.answers and parent is None:
        raise Refused({"answers": "There is no such comment on this post."})
    try:
        row = commenting.comment(
            post, body.text, actor=actor, now=database_now(), parent=parent, quote=body.quote, at=body.at
        )
    except Refused as refused:
        raise _at_text(refused) from None
    return Answer(_shown(row), location=links.absolute(f"{PREFIX}/posts/{post.uuid}/comments/{row.id}"))


@call("GET", ONE, gives=told.Comment)
def show(actor: Actor, post_id: UUID, comment_id: int) -> Answer:
    """Read one comment."""
    return Answer(_shown(_comment(actor, post_id, comment_id)))


@call("PATCH", ONE, gives=told.Comment, body=told.CommentChange)
def change(actor: Actor, post_id: UUID, comment_id: int, body: told.CommentChange) -> Answer:
    """Change a comment.

    One's own, within an hour, while nobody has answered it.
    """
    row = _comment(actor, post_id, comment_id)
    try:
        commenting.change(row, body.text, actor=actor, now=database_now())
    except Refused as refused:
        raise _at_text(refused) from None
    return Answer(_shown(row))


@call("DELETE", ONE, status=204)
def remove(actor: Actor, post_id: UUID, comment_id: int) -> Answer:
    """Remove a comment.

    One's own, or as editor or owner anybody's. It can be brought back for an hour; then its words are forgotten.
    """
    commenting.remove(_comment(actor, post_id, comment_id), actor=actor, now=database_now())
    return Answer()


@call("POST", ONE + "/return", gives=told.Comment, body=Nothing, body_optional=True)
def bring_back(actor: Actor, post_id: UUID, comment_id: int, body: Nothing) -> Answer:
    """Bring a comment back.

    By whoever removed it, for an hour.
    """
    row = _comment(actor, post_id, comment_id)
    commenting.bring_back(row, actor=actor, now=database_now())
    return Answer(_shown(row))


@call("POST", ONE + "/settlement", gives=told.Comment, body=Nothing, body_optional=True)
def settle(actor: Actor, post_id: UUID, comment_id: int, body: Nothing) -> Answer:
    """Settle the thread of a comment."""
    row = _first(_comment(actor, post_id, comment_id))
    commenting.settle(row, actor=actor, now=database_now())
    return Answer(_shown(row))


@call("DELETE", ONE + "/settlement", gives=told.Comment)
def reopen(actor: Actor, post_id: UUID, comment_id: int) -> Answer:
    """Open the thread of a comment again."""
    row = _first(_comment(actor, post_id, comment_id))
    commenting.reopen(row, actor=actor)
    return Answer(_shown(row))


def _comment(actor: Actor, post_id: UUID, number: int) -> Comment:
    return _found(post_of(actor, post_id), number) or abort(404)


def _found(post: Post, number: int) -> Comment | None:
    row = db.session.get(Comment, number) if number < 2**31 else None
    return row if row is not None and row.post_id == post.id else None


def _first(row: Comment) -> Comment:
    return db.session.get_one(Comment, row.parent_id) if row.parent_id else row


def _at_text(refused: Refused) -> Refused:
    """The page calls the field by another name."""
    return Refused({"text": " ".join(refused.errors.values())})


def _shown(row: Comment) -> told.Comment:
    db.session.flush()
    return _told(row, row.post, settled=_first(row).settled_at is not None)


def _told(row: Comment, post: Post, *, settled: bool) -> told.Comment:
    removed = row.removed_at is not None
    return told.Comment.model_validate(
        {
            "id": row.id,
            "thread": row.parent_id or row.id,
            "person": row.person_id,
            "name": row.guest or (row.person.name if row.person else ""),
            "outside": bool(row.guest),
            "text": "" if removed else row.text,
            "quote": "" if removed else row.quote,
            "at": None if removed else place(post.text, row.quote, row.quote_at),
            "settled": settled,
            "removed": removed,
            "created_at": row.created_at,
            "edited_at": row.edited_at,
        }
    )
