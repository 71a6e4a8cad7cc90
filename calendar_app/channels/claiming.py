"""Taking due deliveries, and giving them back with an outcome. The database decides both."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from calendar_app.channels.models import LONGEST_REASON, Account, Delivery
from calendar_app.extensions import database_now, db
from calendar_app.people.models import Site
from calendar_app.posts.models import Post, PostStream

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

LEASE_SECONDS = 60.0
# One slow receiver may hold this many calls of a worker at once, and no more.
MOST_PER_ACCOUNT = 16
# Enough to find work for every thread behind a crowd of rows of one busy account.
LOOK_AT = 2000
# The table by itself, where a statement needs none of the bookkeeping that a mapped class brings.
_ROWS = cast("sa.Table", Delivery.__table__)
# Built once: building it costs more than running it. The columns to set are those that it is given.
_FINISH = sa.update(_ROWS).where(
    _ROWS.c.id == sa.bindparam("row"), _ROWS.c.fence == sa.bindparam("held"), _ROWS.c.state == "sending"
)


@dataclass(frozen=True)
class Claim:
    """A row we hold until `deadline` (an instant of time.monotonic(), half the lease after asking)."""

    delivery: Delivery
    fence: int
    now: datetime
    deadline: float


@dataclass(frozen=True)
class Outcome:
    """What became of a claim. `after` (for retry) is the earliest next attempt."""

    id: int
    fence: int
    state: str
    reason: str | None = None
    after: datetime | None = None
    sent_at: datetime | None = None
    external_id: str = ""
    external_url: str = ""
    ambiguous: bool = False
    notes: Mapping[str, Any] = field(default_factory=dict)
    account_state: str | None = None


def claim(
    limit: int, *, lease_seconds: float = LEASE_SECONDS, passing_by: Collection[int] = ()
) -> list[Claim]:
    """Take up to `limit` due deliveries: their state is `sending`, their fence one higher, their lease running.

    Only deliveries of posts that are published (or, for a withdrawal, withdrawn) and of accounts in order; for
    accounts where repeats harm, one at a time. Nothing while the site is on hold, and nothing for the accounts to be
    passed by (ids). The caller commits before it sends.
    """
    asked = time.monotonic()
    now = database_now()
    ids = list(db.session.scalars(_due(now, limit, passing_by)))
    if not ids:
        return []
    taken = db.session.scalars(
        sa.update(_ROWS)
        .where(Delivery.id.in_(_lockable(ids)), Delivery.is_waiting())
        .values(state="sending", fence=Delivery.fence + 1, attempts=Delivery.attempts + 1,
                lease_until=now + timedelta(seconds=lease_seconds), reason=None)
        .returning(Delivery.id)
    ).all()  # fmt: skip
    deadline = asked + lease_seconds / 2
    return [Claim(row, row.fence, now, deadline) for row in _with_all_to_pack(taken)]


def finish(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Write outcomes down; returns those whose claim had been lost (they change nothing). The caller commits."""
    lost: list[Outcome] = []
    if not outcomes:
        return lost
    now = database_now()
    for outcome in outcomes:
        changed = db.session.execute(
            _FINISH, {"row": outcome.id, "held": outcome.fence, **_columns(outcome, now)}
        )
        if changed.rowcount == 0:  # type: ignore[attr-defined]
            lost.append(outcome)
        elif outcome.account_state:
            _settle_account(outcome)
    return lost


def next_due() -> datetime | None:
    """The next instant at which a worker has something to do: a post, a delivery, or a lease that runs out."""
    post = sa.select(sa.func.min(Post.due_at)).where(Post.is_scheduled())
    lease = sa.select(sa.func.min(Delivery.lease_until)).where(Delivery.is_sending())
    held = sa.select(Site.hold_reason)
    first, until, hold = db.session.execute(
        sa.select(post.scalar_subquery(), lease.scalar_subquery(), held.scalar_subquery())
    ).one()
    found: tuple[datetime | None, ...] = (until,) if hold else (first, until, _next_attempt(first))
    return min((at for at in found if at), default=None)


def _next_attempt(before: datetime | None) -> datetime | None:
    """When the first delivery of a post that is out is due, if before the next post.

    Deliveries of posts still to come are due with their post at the earliest: the limit spares a walk over them all.
    """
    question = (
        sa.select(Delivery.next_at)
        .where(Delivery.is_waiting(), _account_is_ok(), _post_is_out())
        .order_by(Delivery.next_at)
        .limit(1)
    )
    if before:
        question = question.where(Delivery.next_at < before)
    return db.session.scalar(question)


def _due(now: datetime, limit: int, passing_by: Collection[int] = ()) -> sa.Select[int]:
    flying = _in_flight()
    most = sa.case((Delivery.serial, 1), else_=MOST_PER_ACCOUNT)
    room = (most - sa.func.coalesce(flying.c.calls, 0)).label("room")
    looked = (
        sa.select(Delivery.id, Delivery.account_id, Delivery.next_at, room)
        .outerjoin(flying, flying.c.account_id == Delivery.account_id)
        .where(
            Delivery.is_waiting(), Delivery.next_at <= now, _account_is_ok(), _post_is_out(), room > 0,
            _behind_publication(), Delivery.account_id.not_in(passing_by),
            ~sa.select(Site.id).where(Site.hold_reason.is_not(None)).exists(),
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
        .limit(limit)
    )


def _in_flight() -> sa.CTE:
    """How many calls to each account are under way: counted once, not for each row that is looked at."""
    return (
        sa.select(Delivery.account_id, sa.func.count().label("calls"))
        .where(Delivery.is_sending())
        .group_by(Delivery.account_id)
        .cte("flying")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )


def _with_all_to_pack(ids: Sequence[int]) -> Sequence[Delivery]:
    """The rows in order of their time, with all that packing reads: three queries, not several a row."""
    post = joinedload(Delivery.post, innerjoin=True)
    return db.session.scalars(
        sa.select(Delivery)
        .where(Delivery.id.in_(ids))
        .order_by(Delivery.next_at, Delivery.id)
        .options(
            joinedload(Delivery.account, innerjoin=True),
            post.selectinload(Post.places),
            post.selectinload(Post.in_streams).joinedload(PostStream.stream, innerjoin=True),
        )
        .execution_options(populate_existing=True)
    ).all()


def _lockable(ids: Sequence[int]) -> sa.Select[int]:
    """FOR UPDATE SKIP LOCKED on PostgreSQL; SQLite, already the only writer, leaves the clause out."""
    return sa.select(Delivery.id).where(Delivery.id.in_(ids)).with_for_update(skip_locked=True)


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


def _columns(outcome: Outcome, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {
        "state": outcome.state,
        "lease_until": None,
        "reason": _fitting(outcome.reason),
    }
    if outcome.sent_at:
        values["sent_at"] = outcome.sent_at
    if outcome.notes:
        values["notes"] = dict(outcome.notes)
    if outcome.ambiguous:
        values["ambiguous"] = True
    if outcome.state == "retry":
        values["next_at"] = outcome.after
    else:
        values["finished_at"] = now
    if outcome.state == "delivered":
        values["external_id"] = outcome.external_id or None
        values["external_url"] = outcome.external_url or None
    return values


def _fitting(reason: str | None) -> str | None:
    """Some of it comes from other people's servers."""
    return reason[:LONGEST_REASON] if reason else None


def _settle_account(outcome: Outcome) -> None:
    """A revoked key or a place that is gone changes the account once; those who come later find it changed."""
    account_id = sa.select(Delivery.account_id).where(Delivery.id == outcome.id).scalar_subquery()
    db.session.execute(
        sa.update(Account)
        .where(Account.id == account_id, Account.state == "ok")
        .values(state=outcome.account_state, state_reason=_fitting(outcome.reason), state_since=database_now())
        .execution_options(synchronize_session=False)
    )
