"""A link for outsiders is made, found again by its token, and switched off; what they say is taken in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from calendar_app import tokens
from calendar_app.comments import commenting
from calendar_app.comments.models import GUEST_LIMIT, Comment
from calendar_app.errors import Conflict, NotAllowed, Refused
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people.audit import record
from calendar_app.people.models import Member, Person
from calendar_app.people.noting import note_use
from calendar_app.posts import checking
from calendar_app.posts.checking import Findings
from calendar_app.posts.locking import lock
from calendar_app.sharing.models import LABEL_LIMIT, ShareLink

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post

DAYS = (1, 7, 14, 30, 90)
USUAL_DAYS = 14
# Of one post at a time; ended ones are not counted, and so many of them are shown.
MOST_LINKS, MOST_ENDED = 20, 50
# What outsiders may say about one post within an hour, whoever they are and from wherever.
MOST_AN_HOUR = 20
# In all: the rest of what fits beside a post is its team's.
MOST_OUTSIDE = 100
TOUCH_AFTER = timedelta(minutes=1)


class Ended(Exception):
    """There was such a link once (410). The text says what to do."""


def make(
    post: Post, *, actor: Actor, now: datetime, days: str = "", label: str = "", may_comment: bool = False
) -> str:
    """The token, which is told only now. Raises Refused, Conflict, NotAllowed."""
    actor.need("write posts", post.team_id)
    found = Findings()
    name = checking.line(label, "label", LABEL_LIMIT, found)
    if days not in map(str, DAYS):
        found.add("days", say("Choose how long the link lasts."))
    found.settle()
    lock(post)
    count = sa.select(sa.func.count(ShareLink.id)).where(ShareLink.post_id == post.id, _open_at(now))
    if (db.session.scalar(count) or 0) >= MOST_LINKS:
        raise Conflict(
            say("There are %(most)s links to this post already. Switch one off first.", most=MOST_LINKS)
        )
    token = tokens.make()
    link = ShareLink(
        post_id=post.id, made_by_id=actor.person.id, digest=tokens.digest(token), label=name,
        may_comment=may_comment, created_at=now, expires_at=now + timedelta(days=int(days)),
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    told = {"link": link.id, "label": name, "until": link.expires_at.isoformat(), "comments": may_comment}
    record("post shared", post.uuid, actor=actor, team_id=post.team_id, after=told)
    return token


def revoke(link: ShareLink, *, actor: Actor, now: datetime) -> None:
    """From now on it answers 410. Raises NotAllowed."""
    actor.need("write posts", link.post.team_id)
    if link.revoked_at is None:
        link.revoked_at = now
        record("post no longer shared", link.post.uuid, actor=actor, team_id=link.post.team_id,
               after={"link": link.id})  # fmt: skip


def links_of(post: Post, now: datetime) -> Sequence[ShareLink]:
    """Those that are open, then the last that have ended; of both the newest first."""
    wanted = sa.select(ShareLink).where(ShareLink.post_id == post.id).options(joinedload(ShareLink.made_by))
    newest = wanted.order_by(ShareLink.id.desc())
    ended = newest.where(~_open_at(now)).limit(MOST_ENDED)
    return [*db.session.scalars(newest.where(_open_at(now))), *db.session.scalars(ended)]


def is_open(link: ShareLink, now: datetime) -> bool:
    return link.revoked_at is None and link.expires_at > now


def _open_at(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(ShareLink.revoked_at.is_(None), ShareLink.expires_at > now)


def find(token: str, now: datetime) -> ShareLink | None:
    """The link of a token, None for one that we never made. Raises Ended. Notes the use, once a minute at most."""
    link = db.session.scalar(sa.select(ShareLink).where(ShareLink.digest == tokens.digest(token)))
    if link is None:
        return None
    if link.revoked_at is not None or not _maker_is_there(link):
        raise Ended(say("This link has been switched off. Ask whoever sent it for another one."))
    if link.expires_at <= now:
        raise Ended(say("This link has expired. Ask whoever sent it for another one."))
    if link.last_used_at is None or now - link.last_used_at >= TOUCH_AFTER:
        note_use(sa.update(ShareLink).where(ShareLink.id == link.id).values(last_used_at=now))
    return link


def say_from_outside(link: ShareLink, name: str, text: str, now: datetime, *, answers: str = "") -> Comment:
    """A comment by somebody without an account, marked as such; `answers`: the number of the one it answers, of
    which outsiders see the thread. Raises Refused, Conflict, NotAllowed.
    """
    if not link.may_comment:
        raise NotAllowed(say("This link is for reading only."))
    found = Findings()
    guest = checking.line(name, "name", GUEST_LIMIT, found)
    if not guest:
        found.add("name", say("Say who you are."))
    try:
        words = commenting.checked(text)
    except Refused as refused:
        found.errors.update(refused.errors)
    found.settle()
    lock(link.post)
    # The name of one that was removed is forgotten; that nobody of the team wrote it is not.
    outside = sa.select(sa.func.count(Comment.id)).where(
        Comment.post_id == link.post_id, sa.or_(Comment.guest != "", Comment.person_id.is_(None))
    )
    if (db.session.scalar(outside) or 0) >= MOST_OUTSIDE:
        raise Conflict(
            say("There are %(most)s comments from outside already; no more fit.", most=MOST_OUTSIDE)
        )
    recent = outside.where(Comment.created_at > now - timedelta(hours=1))
    if (db.session.scalar(recent) or 0) >= MOST_AN_HOUR:
        raise Conflict(say("That is much in a short time. Wait an hour, then send it again."))
    parent = _answered(link.post, answers) if answers else None
    return commenting.put(link.post, Comment(guest=guest, text=words, created_at=now), now=now, parent=parent)


def said_outside(post: Post) -> list[tuple[Comment, list[Comment]]]:
    """What outsiders said, with what the team answered: all that outsiders ever see of the comments."""
    rows = db.session.scalars(
        sa.select(Comment)
        .where(Comment.post_id == post.id, Comment.removed_at.is_(None))
        .order_by(Comment.id)
    ).all()
    return [
        (row, [one for one in rows if one.parent_id == row.id])
        for row in rows
        if row.guest and row.parent_id is None
    ]


def _answered(post: Post, number: str) -> Comment:
    """Of a thread that outsiders see: what the team says among themselves is as good as not there. Raises Conflict."""
    for first, answers in said_outside(post):
        if number in {str(one.id) for one in (first, *answers)}:
            return first
    raise Conflict(say("What you answer is not there any more. Send your words as a new comment."))


def _maker_is_there(link: ShareLink) -> bool:
    return db.session.scalar(
        sa.select(Member.id)
        .join(Person, Person.id == Member.person_id)
        .where(
            Member.person_id == link.made_by_id, Member.team_id == link.post.team_id,
            Member.role != "viewer", Person.disabled_at.is_(None),
        )
    ) is not None  # fmt: skip
