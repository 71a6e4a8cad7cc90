"""A comment is made, answered, changed, removed; its thread is settled and opened again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.comments.models import QUOTE_LIMIT, TEXT_LIMIT, Comment
from calendar_app.comments.telling import tell_of_comment
from calendar_app.errors import Conflict, NotAllowed
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people.audit import record
from calendar_app.posts import checking
from calendar_app.posts.checking import Findings
from calendar_app.posts.locking import lock
from calendar_app.posts.text import clean

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post

CHANGE_WITHIN = timedelta(hours=1)
# Of one post. More than anybody reads; beyond it a page would not stay usable.
MOST = 500


def comment(
    post: Post,
    text: str,
    *,
    actor: Actor,
    now: datetime,
    parent: Comment | None = None,
    quote: str = "",
    at: int = 0,
) -> Comment:
    """A remark on the post, on the words `quote` that begin at `at`, or an answer. Raises Refused, NotAllowed."""
    actor.need("comment", post.team_id)
    made = Comment(person_id=actor.person.id, text=checked(text), created_at=now)
    return put(post, made, now=now, parent=parent, quote=quote, at=at)


def put(
    post: Post, made: Comment, *, now: datetime, parent: Comment | None = None, quote: str = "", at: int = 0
) -> Comment:
    """Add it to the post. An answer in a settled thread opens it again. Raises Conflict."""
    lock(post)
    count = db.session.scalar(sa.select(sa.func.count(Comment.id)).where(Comment.post_id == post.id)) or 0
    if count >= MOST:
        raise Conflict(say("There are %(most)s comments on this post already; no more fit.", most=MOST))
    made.post = post
    if parent is not None:
        made.parent_id = parent.parent_id or parent.id
        first = _first(made)
        first.settled_at = first.settled_by_id = None
    else:
        made.quote, made.quote_at = clean(quote)[:QUOTE_LIMIT], max(0, min(at, 2**31 - 1))
    db.session.add(made)
    db.session.flush()
    tell_of_comment(made, now)
    return made


def change(row: Comment, text: str, *, actor: Actor, now: datetime) -> None:
    """One's own, within an hour, while nobody has answered. Raises Refused, NotAllowed, Conflict."""
    if not may_change(row, actor, now):
        raise Conflict(
            say("A comment can be changed for an hour, while nobody has answered it. Write another one.")
        )
    row.text, row.edited_at = checked(text), now
    db.session.flush()
    tell_of_comment(row, now)


def remove(row: Comment, *, actor: Actor, now: datetime, settling: bool = False) -> None:
    """One's own at any time, those of others by whoever approves posts. It can be taken back for an hour.

    `settling`: the answer had opened its thread again, which is settled as before, unless somebody has answered since.
    """
    if not may_remove(row, actor):
        raise NotAllowed(say("Only its writer, an editor or an owner removes a comment."))
    if row.removed_at is None:
        row.removed_at, row.removed_by_id = now, actor.person.id
        if settling and row.parent_id is not None and not _answered(row):
            settle(_first(row), actor=actor, now=now)
        record(
            "comment removed",
            row.post.uuid,
            actor=actor,
            team_id=row.post.team_id,
            before={"comment": row.id},
        )


def bring_back(row: Comment, *, actor: Actor, now: datetime) -> None:
    """By whoever removed it, for an hour: then its words are forgotten. Raises Conflict.

    An answer opens its thread again, as when it was given.
    """
    if not may_bring_back(row, actor, now):
        raise Conflict(say("This comment was removed for good."))
    row.removed_at = row.removed_by_id = None
    if row.parent_id is not None:
        first = _first(row)
        first.settled_at = first.settled_by_id = None


def settle(row: Comment, *, actor: Actor, now: datetime) -> None:
    """The whole thread."""
    actor.need("comment", row.post.team_id)
    row.settled_at, row.settled_by_id = row.settled_at or now, row.settled_by_id or actor.person.id


def reopen(row: Comment, *, actor: Actor) -> None:
    actor.need("comment", row.post.team_id)
    row.settled_at = row.settled_by_id = None


def is_settled(row: Comment) -> bool:
    """Whether the thread of this comment is."""
    return _first(row).settled_at is not None


def may_change(row: Comment, actor: Actor, now: datetime) -> bool:
    mine = (
        row.person_id == actor.person.id and row.removed_at is None and now - row.created_at < CHANGE_WITHIN
    )
    return mine and not _answered(row)


def may_remove(row: Comment, actor: Actor) -> bool:
    return row.person_id == actor.person.id or actor.may("approve posts", row.post.team_id)


def may_bring_back(row: Comment, actor: Actor, now: datetime) -> bool:
    return (
        row.removed_at is not None
        and row.removed_by_id == actor.person.id
        and now - row.removed_at < CHANGE_WITHIN
        and bool(row.text)
    )


def forget_removed(now: datetime) -> int:
    """What was removed an hour ago says nothing any more. Returns how many. The caller commits."""
    done = db.session.execute(
        sa.update(Comment)
        .where(Comment.removed_at < now - CHANGE_WITHIN, Comment.text != "")
        .values(text="", quote="", guest="")
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def checked(text: str) -> str:
    """What somebody wrote, clean. Raises Refused."""
    found = Findings()
    words = checking.prose(text, "comment", TEXT_LIMIT, found).strip()
    if not words:
        found.add("comment", say("Write something first."))
    found.settle()
    return words


def _first(row: Comment) -> Comment:
    """The one that its thread began with."""
    return db.session.get_one(Comment, row.parent_id or row.id)


def _answered(row: Comment) -> bool:
    """Somebody spoke after it in its thread."""
    thread = row.parent_id or row.id
    later = sa.select(Comment.id).where(
        Comment.parent_id == thread, Comment.id > row.id, Comment.removed_at.is_(None)
    )
    return db.session.scalar(later.limit(1)) is not None
