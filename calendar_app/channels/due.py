"""What is due, as statements: each is built once, for building one takes longer than answering it.

Their parameters: `now` (an instant), `most` (a number of rows), `ids` and `passing_by` (of deliveries, of accounts).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from calendar_app.channels.models import Account, Delivery
from calendar_app.people.models import Site
from calendar_app.posts.models import Post, PostStream
from calendar_app.times import UTCDateTime

if TYPE_CHECKING:
    from datetime import datetime

# One slow receiver may hold this many calls of a worker at once, and no more.
MOST_PER_ACCOUNT = 16
# Enough to find work for every thread behind a crowd of rows of one busy account.
LOOK_AT = 2000

NOW: sa.BindParameter[datetime] = sa.bindparam("now", type_=UTCDateTime())
MOST = sa.bindparam("most", type_=sa.Integer())
IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
PASSING_BY: sa.BindParameter[int] = sa.bindparam("passing_by", expanding=True)


@cache
def due_ids() -> sa.Select[int]:
    """The ids of what may be claimed `now`, fairly over the accounts; `most`, `passing_by`."""
    flying = _in_flight()
    limit = sa.case((Delivery.serial, 1), else_=MOST_PER_ACCOUNT)
    room = (limit - sa.func.coalesce(flying.c.calls, 0)).label("room")
    looked = (
        sa.select(Delivery.id, Delivery.account_id, Delivery.next_at, room)
        .outerjoin(flying, flying.c.account_id == Delivery.account_id)
        .where(
            Delivery.is_waiting(), Delivery.next_at <= NOW, _account_is_ok(), _post_is_out(), room > 0,
            _behind_publication(), Delivery.account_id.not_in(PASSING_BY), ~on_hold(),
        )
        .order_by(Delivery.next_at, Delivery.id)
        .limit(LOOK_AT)
        .subquery("looked")
    )  # fmt: skip
    place = sa.func.row_number().over(
        partition_by=looked.c.account_id, order_by=(looked.c.next_at, looked.c.id)
    )
    placed = sa.select(looked.c.id, looked.c.next_at, looked.c.room, place.label("place")).subquery("placed")
    return (
        sa.select(placed.c.id)
        .where(placed.c.place <= placed.c.room)
        .order_by(placed.c.place, placed.c.next_at, placed.c.id)
        .limit(MOST)
    )


@cache
def taking() -> Any:
    """Take those of `ids` that still wait and that nobody else holds: sending from now on, with a lease until `until`.

    FOR UPDATE SKIP LOCKED on PostgreSQL; SQLite, already the only writer, leaves the clause out.
    """
    free = sa.select(Delivery.id).where(Delivery.id.in_(IDS)).with_for_update(skip_locked=True)
    return (
        sa.update(Delivery.__table__)  # type: ignore[arg-type]  # the table itself: no bookkeeping of the session's
        .where(Delivery.id.in_(free), Delivery.is_waiting())
        .values(state="sending", fence=Delivery.fence + 1, attempts=Delivery.attempts + 1, reason=None,
                lease_until=sa.bindparam("until", type_=UTCDateTime()))
        .returning(Delivery.id)
    )  # fmt: skip


@cache
def with_all_to_pack() -> sa.Select[Delivery]:
    """The rows of `ids` in order of their time, with all that packing reads: five queries, not several a row."""
    post = joinedload(Delivery.post, innerjoin=True)
    return (
        sa.select(Delivery)
        .where(Delivery.id.in_(IDS))
        .order_by(Delivery.next_at, Delivery.id)
        .options(
            joinedload(Delivery.account, innerjoin=True),
            post.selectinload(Post.places),
            post.selectinload(Post.pictures),
            post.selectinload(Post.translations),
            post.selectinload(Post.in_streams).joinedload(PostStream.stream, innerjoin=True),
        )
        .execution_options(populate_existing=True)
    )


@cache
def first_instants() -> sa.Select[Any]:
    """One row: when the first post is due, when the first lease ends, and the reason of a hold."""
    post = sa.select(sa.func.min(Post.due_at)).where(Post.is_scheduled())
    lease = sa.select(sa.func.min(Delivery.lease_until)).where(Delivery.is_sending())
    held = sa.select(Site.hold_reason)
    return sa.select(post.scalar_subquery(), lease.scalar_subquery(), held.scalar_subquery())


@cache
def first_attempt() -> sa.Select[datetime]:
    """When the first delivery of a post that is out is due."""
    return (
        sa.select(Delivery.next_at)
        .where(Delivery.is_waiting(), _account_is_ok(), _post_is_out())
        .order_by(Delivery.next_at)
        .limit(1)
    )


@cache
def first_attempt_before() -> sa.Select[datetime]:
    """The same, if before `now`."""
    return first_attempt().where(Delivery.next_at < NOW)


def on_hold() -> sa.ColumnElement[bool]:
    return sa.select(Site.id).where(Site.hold_reason.is_not(None)).exists()


def _in_flight() -> sa.CTE:
    """How many calls to each account are under way: counted once, not for each row that is looked at."""
    return (
        sa.select(Delivery.account_id, sa.func.count().label("calls"))
        .where(Delivery.is_sending())
        .group_by(Delivery.account_id)
        .cte("flying")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )


def _post_is_out() -> sa.ColumnElement[bool]:
    """Asked row by row, as is the account: of a join PostgreSQL now and then makes a walk over every post."""
    state = sa.select(Post.state).where(Post.id == Delivery.post_id).scalar_subquery()
    return state == sa.case((Delivery.action == "publish", "published"), else_="withdrawn")


def _account_is_ok() -> sa.ColumnElement[bool]:
    return sa.select(Account.state).where(Account.id == Delivery.account_id).scalar_subquery() == "ok"


def _behind_publication() -> sa.ColumnElement[bool]:
    """A withdrawal never overtakes a publication that is still on its way to the same account."""
    earlier = Delivery.__table__.alias("earlier")
    return sa.or_(
        Delivery.action == "publish",
        ~sa.select(earlier.c.id)
        .where(
            earlier.c.post_id == Delivery.post_id, earlier.c.account_id == Delivery.account_id,
            earlier.c.action == "publish", earlier.c.state == "sending",
        )
        .exists(),
    )  # fmt: skip
