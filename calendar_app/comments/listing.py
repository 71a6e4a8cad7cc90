"""The comments on a post as its page shows them: threads, open ones first, each with where it stands in the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from calendar_app.comments import commenting
from calendar_app.comments.anchoring import place
from calendar_app.comments.mentioning import Run, runs
from calendar_app.comments.models import Comment
from calendar_app.comments.telling import members_of
from calendar_app.extensions import db

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post


@dataclass(frozen=True)
class Said:
    """One comment, and what the person who looks may do with it."""

    row: Comment
    runs: Sequence[Run]
    may_change: bool
    may_remove: bool
    may_bring_back: bool


@dataclass(frozen=True)
class Thread:
    """`at`: where its quoted words stand in the text now, None when they are not there (or nothing is quoted)."""

    first: Said
    answers: Sequence[Said]
    at: int | None


@dataclass(frozen=True)
class Talk:
    threads: Sequence[Thread]
    members: Mapping[int, str]
    may_comment: bool
    # The number of the newest comment, shown or not.
    last: int = 0

    @property
    def open(self) -> int:
        return sum(1 for one in self.threads if one.first.row.settled_at is None)


def talk_about(post: Post, actor: Actor, now: datetime) -> Talk:
    """The number of queries does not grow with the comments."""
    rows = db.session.scalars(
        sa.select(Comment)
        .where(Comment.post_id == post.id)
        .options(joinedload(Comment.person), joinedload(Comment.settled_by))
        .order_by(Comment.id)
    ).all()
    members = members_of(post.team_id)
    answers: dict[int, list[Comment]] = {}
    for row in rows:
        if row.parent_id is not None:
            answers.setdefault(row.parent_id, []).append(row)
    threads = [
        Thread(
            _said(row, answers.get(row.id, []), members, actor, now),
            [_said(one, answers[row.id], members, actor, now) for one in answers.get(row.id, ())],
            place(post.text, row.quote, row.quote_at),
        )
        for row in rows
        if row.parent_id is None
        and (row.removed_at is None or answers.get(row.id) or _just_removed(row, actor, now))
    ]
    threads.sort(key=lambda one: (one.first.row.settled_at is not None, one.first.row.id))
    return Talk(threads, members, actor.may("comment", post.team_id), rows[-1].id if rows else 0)


def _just_removed(row: Comment, actor: Actor, now: datetime) -> bool:
    return commenting.may_bring_back(row, actor, now)


def _said(
    row: Comment, thread: Sequence[Comment], members: Mapping[int, str], actor: Actor, now: datetime
) -> Said:
    answered = any(one.id > row.id and one.removed_at is None for one in thread)
    young = now - row.created_at < commenting.CHANGE_WITHIN
    return Said(
        row,
        runs(row.text, members)
        if row.removed_at is None and not row.guest
        else [Run(row.text, mention=False)],
        may_change=row.person_id == actor.person.id and row.removed_at is None and young and not answered,
        may_remove=row.removed_at is None and commenting.may_remove(row, actor),
        may_bring_back=commenting.may_bring_back(row, actor, now),
    )
