"""What the pages of accounts show: each with its streams, its last delivery, and what waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from calendar_app.channels.models import Account, Delivery
from calendar_app.extensions import db
from calendar_app.people.roles import scoped
from calendar_app.streams.models import Stream, stream_account

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from calendar_app.people.roles import Actor

SETTLED = ("delivered", "failed", "unknown", "missed")
MOST_RECENT = 20


@dataclass(frozen=True)
class Row:
    """`waiting` counts deliveries that are due and held back, `last` is the delivery settled last."""

    account: Account
    streams: list[Stream]
    last: Delivery | None
    waiting: int


def rows(actor: Actor, now: datetime) -> list[Row]:
    """The connected accounts of the asker's teams by name. The number of queries is fixed."""
    accounts = db.session.scalars(
        scoped(Account, actor)
        .where(Account.deleted_at.is_(None))
        .options(joinedload(Account.team))
        .order_by(sa.func.lower(Account.name), Account.id)
    ).all()
    ids = [account.id for account in accounts]
    streams, last, waiting = _streams(ids), _last(ids), _waiting(ids, now)
    return [
        Row(account, streams.get(account.id, []), last.get(account.id), waiting.get(account.id, 0))
        for account in accounts
    ]


def row(account: Account, now: datetime) -> Row:
    number = account.id
    return Row(
        account,
        _streams([number]).get(number, []),
        _last([number]).get(number),
        _waiting([number], now).get(number, 0),
    )


def recent(account: Account) -> Sequence[Delivery]:
    """The deliveries that were begun or settled last, the newest first."""
    return db.session.scalars(
        sa.select(Delivery)
        .where(Delivery.account_id == account.id, sa.or_(Delivery.attempts > 0, Delivery.state.in_(SETTLED)))
        .options(joinedload(Delivery.post))
        .order_by(Delivery.id.desc())
        .limit(MOST_RECENT)
    ).all()


def _streams(ids: Collection[int]) -> dict[int, list[Stream]]:
    found: dict[int, list[Stream]] = {}
    pairs = db.session.execute(
        sa.select(stream_account.c.account_id, Stream)
        .join(Stream, Stream.id == stream_account.c.stream_id)
        .where(stream_account.c.account_id.in_(ids), Stream.archived_at.is_(None))
        .order_by(sa.func.lower(Stream.name), Stream.id)
    ).all()
    for number, stream in pairs:
        found.setdefault(number, []).append(stream)
    return found


def _last(ids: Collection[int]) -> dict[int, Delivery]:
    newest = (
        sa.select(Delivery.id)
        .where(Delivery.account_id == Account.id, Delivery.state.in_(SETTLED))
        .order_by(Delivery.id.desc())
        .limit(1)
        .correlate(Account)
        .scalar_subquery()
    )
    found = db.session.scalars(
        sa.select(Delivery)
        .where(Delivery.id.in_(sa.select(newest).select_from(Account).where(Account.id.in_(ids))))
        .options(joinedload(Delivery.post))
    )
    return {delivery.account_id: delivery for delivery in found}


def _waiting(ids: Collection[int], now: datetime) -> dict[int, int]:
    counts = db.session.execute(
        sa.select(Delivery.account_id, sa.func.count())
        .where(Delivery.is_waiting(), Delivery.due_at <= now, Delivery.account_id.in_(ids))
        .group_by(Delivery.account_id)
    ).all()
    return dict(counts)
