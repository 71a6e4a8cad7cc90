"""The board: what stands still in the asker's teams until a person decides, and how much of it there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from calendar_app.channels.models import Account, Delivery
from calendar_app.extensions import db
from calendar_app.posts.models import Post, PostStream
from calendar_app.streams.models import Stream, stream_account

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.people.roles import Actor

# More than anybody settles in one sitting; beyond it the page says that it shows only these.
MOST_SHOWN = 200


@dataclass(frozen=True)
class Board:
    """`unknown` may have gone out, `failed` did not (deliveries never tried in time included).

    `count` is of everything, also of what is beyond MOST_SHOWN.
    """

    unknown: Sequence[Delivery]
    failed: Sequence[Delivery]
    missed: Sequence[Post]
    accounts: Sequence[Account]
    count: int

    @property
    def shown(self) -> int:
        return len(self.unknown) + len(self.failed) + len(self.missed) + len(self.accounts)


def board(actor: Actor, *, stream: Stream | None = None) -> Board:
    """All that needs somebody in the asker's teams, or in one stream of theirs; the oldest first.

    The number of queries is fixed.
    """
    deliveries = db.session.scalars(
        sa.select(Delivery)
        .where(Delivery.is_stuck(), _stuck(actor.team_ids, stream))
        .options(
            joinedload(Delivery.account),
            joinedload(Delivery.post).selectinload(Post.in_streams).joinedload(PostStream.stream),
        )
        .order_by(Delivery.due_at, Delivery.id)
        .limit(MOST_SHOWN)
    ).all()
    return Board(
        unknown=[row for row in deliveries if row.state == "unknown"],
        failed=[row for row in deliveries if row.state != "unknown"],
        missed=_missed_posts(actor, stream),
        accounts=_accounts(actor, stream),
        count=count(actor, stream=stream),
    )


def count(actor: Actor, *, stream: Stream | None = None) -> int:
    """How many things need somebody: one question, answered by partial indexes."""
    teams = actor.team_ids
    deliveries = sa.select(sa.func.count(Delivery.id)).where(Delivery.is_stuck(), _stuck(teams, stream))
    posts = sa.select(sa.func.count(Post.id)).where(Post.is_missed(), *_of_posts(teams, stream))
    accounts = sa.select(sa.func.count(Account.id)).where(*_held_back(teams, stream))
    parts = (deliveries, posts, accounts)
    return sum(db.session.execute(sa.select(*(part.scalar_subquery() for part in parts))).one())


def _stuck(teams: Sequence[int], stream: Stream | None) -> sa.ColumnElement[bool]:
    """Where somebody can still do something, or may have to: what belongs to a missed post is told by the post.

    What failed at an account that was let go, or belongs to a post since withdrawn, is nobody's duty any more;
    what may have gone out still is.
    """
    gone = sa.exists().where(Account.id == Delivery.account_id, Account.deleted_at.is_not(None))
    current = sa.or_(
        sa.and_(Delivery.action == "publish", Post.state == "published", ~gone),
        sa.and_(Delivery.action == "withdraw", Post.state == "withdrawn", ~gone),
        Delivery.state == "unknown",
    )
    # Deliveries that are stuck are few, posts are not: a join might begin with these.
    return (
        sa.exists().where(Post.id == Delivery.post_id, current, *_of_posts(teams, stream)).correlate(Delivery)
    )


def _of_posts(teams: Sequence[int], stream: Stream | None) -> list[Any]:
    wanted: list[Any] = [Post.team_id.in_(teams)]
    if stream is not None:
        wanted.append(sa.exists().where(PostStream.post_id == Post.id, PostStream.stream_id == stream.id))
    return wanted


def _held_back(teams: Sequence[int], stream: Stream | None) -> list[Any]:
    wanted: list[Any] = [Account.team_id.in_(teams), Account.state != "ok", Account.deleted_at.is_(None)]
    if stream is not None:
        named = sa.select(stream_account.c.account_id).where(stream_account.c.stream_id == stream.id)
        wanted.append(Account.id.in_(named))
    return wanted


def _missed_posts(actor: Actor, stream: Stream | None) -> Sequence[Post]:
    return db.session.scalars(
        sa.select(Post)
        .where(Post.is_missed(), *_of_posts(actor.team_ids, stream))
        .options(selectinload(Post.in_streams).joinedload(PostStream.stream))
        .order_by(Post.due_at, Post.id)
        .limit(MOST_SHOWN)
    ).all()


def _accounts(actor: Actor, stream: Stream | None) -> Sequence[Account]:
    return db.session.scalars(
        sa.select(Account)
        .where(*_held_back(actor.team_ids, stream))
        .order_by(Account.state_since, Account.id)
        .limit(MOST_SHOWN)
    ).all()
