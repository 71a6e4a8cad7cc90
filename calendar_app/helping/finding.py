"""What a few typed letters may mean: posts and streams of the asker's teams, the nearest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from calendar_app.extensions import db
from calendar_app.people.roles import scoped
from calendar_app.posts.models import Post, PostStream
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from calendar_app.people.roles import Actor

MOST = 12
LONGEST = 100


@dataclass(frozen=True)
class Found:
    """`kind`: post or stream. `state` is a post's; `when` its planned wall clock, as it was typed."""

    kind: str
    title: str
    detail: str
    href: str
    hue: str
    state: str = ""
    when: str = ""


def find(actor: Actor, words: str) -> list[Found]:
    """At most twelve: streams whose name or handle has the words, then posts by title, then by text."""
    wanted = " ".join("".join(char if char.isprintable() else " " for char in words[:LONGEST]).split())
    if not wanted:
        return []
    found = [*_streams(actor, wanted), *_posts(actor, wanted)]
    return found[:MOST]


def _streams(actor: Actor, words: str) -> list[Found]:
    rows = db.session.scalars(
        scoped(Stream, actor)
        .where(Stream.archived_at.is_(None), sa.or_(_has(Stream.name, words), _has(Stream.handle, words)))
        .order_by(Stream.name)
        .limit(4)
    )
    return [Found("stream", row.name, row.handle, f"/calendar?streams={row.handle}", row.hue) for row in rows]


def _posts(actor: Actor, words: str) -> list[Found]:
    in_title = _has(Post.title, words)
    rows = db.session.scalars(
        scoped(Post, actor)
        .where(sa.or_(in_title, _has(Post.text, words)))
        .order_by(sa.case((in_title, 0), else_=1), Post.due_at.desc().nulls_first(), Post.id.desc())
        .limit(MOST)
        .options(selectinload(Post.in_streams).joinedload(PostStream.stream))
    )
    return [
        Found(
            "post", row.title, row.home.name, f"/posts/{row.uuid}/edit", row.home.hue, row.state,
            (row.publish_at or "")[:16],
        )
        for row in rows
        if row.in_streams
    ]  # fmt: skip


def _has(column: sa.orm.InstrumentedAttribute[str], words: str) -> sa.ColumnElement[bool]:
    """Whatever the letters' case: SQLite folds a to z alone, so the usual ways to write a word are asked for."""
    ways = dict.fromkeys((words, words.lower(), words.upper(), words.capitalize()))
    return sa.or_(*(column.icontains(way, autoescape=True) for way in ways))
