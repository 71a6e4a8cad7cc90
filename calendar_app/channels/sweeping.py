"""Whatever got stuck: claims whose worker died, and deliveries that nobody could send in time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.channels.models import LONGEST_REASON, Account, Delivery
from calendar_app.channels.registry import adapter_for
from calendar_app.channels.sending import LOOK_GRACE
from calendar_app.channels.tallying import EXPIRED, End, channel_of_row, tally
from calendar_app.extensions import database_now, db
from calendar_app.posts.models import Post, PostStream
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_app.channels.adapter import Adapter

MOST_AT_ONCE = 200
DIED = "A worker died in mid call."


def sweep() -> int:
    """Settle expired leases; returns how many. Harmless when doubled. The caller commits.

    A keyed channel tries again with the same key, one that can be read back is looked at after a grace,
    the rest becomes unknown and is never sent again by itself.
    """
    now = database_now()
    rows = db.session.scalars(
        sa.select(Delivery)
        .where(Delivery.is_sending(), Delivery.lease_until < now)
        .order_by(Delivery.lease_until)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        _settle(row, now)
    db.session.flush()
    tally(End(row.account.channel, what) for row in rows for what in (EXPIRED, row.state))
    return len(rows)


def end_stranded() -> int:
    """Settle retries that wait for nothing; returns how many. Harmless when doubled. The caller commits.

    Their attempt was under way when the post was withdrawn or the account let go.
    """
    now = database_now()
    withdrawn = sa.exists().where(Post.id == Delivery.post_id, Post.state == "withdrawn")
    let_go = sa.exists().where(Account.id == Delivery.account_id, Account.deleted_at.is_not(None))
    ended = 0
    for why, reason in (
        (sa.and_(Delivery.action == "publish", withdrawn), "The post was withdrawn before it went out here."),
        (let_go, "The account was disconnected."),
    ):
        which = sa.select(Delivery.id).where(Delivery.is_waiting(), Delivery.state == "retry", why)
        changed = db.session.execute(
            sa.update(Delivery)
            .where(Delivery.id.in_(which.with_for_update(of=Delivery, skip_locked=True)))
            .values(state=Delivery.ended_early(), reason=reason, finished_at=now)
            .returning(Delivery.state, channel_of_row())
            .execution_options(synchronize_session=False)
        ).all()
        tally(End(channel, state) for state, channel in changed)
        ended += len(changed)
    return ended


def miss_overdue() -> int:
    """Deliveries never tried and past their stream's grace (a paused account, say) become missed."""
    now = database_now()
    rows = db.session.scalars(
        sa.select(Delivery)
        .join(Post, Post.id == Delivery.post_id)
        .join(PostStream, sa.and_(PostStream.post_id == Post.id, PostStream.position == 0))
        .join(Stream, Stream.id == PostStream.stream_id)
        .where(Delivery.is_waiting(), Delivery.state == "pending", Delivery.attempts == 0, Delivery.action == "publish",
               Delivery.next_at < now - timedelta(minutes=1), Post.state == "published", _past_grace(now))
        .limit(MOST_AT_ONCE)
        .with_for_update(of=Delivery, skip_locked=True)
    ).all()  # fmt: skip
    for row in rows:
        row.state = "missed"
        why = row.account.state_reason or "too late"
        row.reason = f"It could not be sent within the grace of its stream: {why}"[:LONGEST_REASON]
    db.session.flush()
    tally(End(row.account.channel, "missed") for row in rows)
    return len(rows)


def _settle(row: Delivery, now: datetime) -> None:
    adapter = adapter_for(row.account.channel, row.account.settings)
    row.fence += 1
    row.lease_until = None
    row.ambiguous = True
    if adapter.keyed or adapter.can_look:
        row.state = "retry"
        row.next_at = now if adapter.keyed else now + LOOK_GRACE
        row.reason = f"{DIED} Trying again in a way that cannot send twice."
        row.held_up = DIED
    else:
        row.state = "unknown"
        row.finished_at = now
        row.reason = f"{DIED} {_how_far(row, adapter)}"


def _how_far(row: Delivery, adapter: Adapter) -> str:
    done, count = adapter.reached(row.payload or {}, row.notes or {})
    if not done:
        return "It may have gone out: look, then say “sent” or “send again”."
    return (
        f"{done} of {count} parts are there already. The next one may be there as well: look. "
        "“Send again” sends that one and what follows it."
    )


def _past_grace(now: datetime) -> sa.ColumnElement[bool]:
    """Due longer ago than the stream allows. One comparison for each grace in use: databases differ in intervals."""
    graces = db.session.scalars(sa.select(Stream.grace_minutes).distinct()).all()
    late = (
        sa.and_(Stream.grace_minutes == grace, Delivery.due_at < now - timedelta(minutes=grace))
        for grace in graces
    )
    return sa.or_(sa.false(), *late)
