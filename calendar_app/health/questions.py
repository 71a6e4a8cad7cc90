"""What readiness, metrics and the doctor all want to know: one cheap question each."""

from __future__ import annotations

from datetime import datetime, timedelta

import redis
import sqlalchemy as sa

from calendar_app.channels.email import ledger
from calendar_app.channels.models import Account, Delivery
from calendar_app.enqueue import LANES, connection
from calendar_app.extensions import database_now, db
from calendar_app.health.pulse import last_beat
from calendar_app.mailing.rounds import next_due
from calendar_app.notices import letters
from calendar_app.posts.models import Post

CLOCK_SILENCE = timedelta(seconds=30)
OVERDUE = timedelta(seconds=60)
MAIL_OVERDUE = timedelta(minutes=10)


def clock_silence() -> timedelta | None:
    """How long the clock has not been heard; None when it never was."""
    seen = last_beat("clock")
    return database_now() - seen if seen else None


def oldest_overdue() -> datetime | None:
    """Since when the longest waiting post or first attempt should have been out; None when all is on time."""
    now = database_now()
    post = sa.select(sa.func.min(Post.due_at)).where(Post.state == "scheduled", Post.due_at < now)
    delivery = (
        sa.select(sa.func.min(Delivery.next_at))
        .join(Post, Post.id == Delivery.post_id)
        .join(Account, Account.id == Delivery.account_id)
        .where(
            Delivery.is_waiting(), Delivery.next_at < now, Post.state == "published", Account.state == "ok"
        )
    )
    return min((at for at in (db.session.scalar(post), db.session.scalar(delivery)) if at), default=None)


def oldest_mail() -> datetime | None:
    """Since when the longest waiting mail should have been sent; None when none is late."""
    due = [at for at in (next_due(letters.shelf()), next_due(ledger.shelf())) if at]
    return min((at for at in due if at < database_now()), default=None)


def deliveries_by_state() -> dict[str, int]:
    rows = db.session.execute(
        sa.select(Delivery.state, sa.func.count().label("count")).group_by(Delivery.state)
    )
    return {row.state: row[1] for row in rows}


def posts_by_state() -> dict[str, int]:
    rows = db.session.execute(sa.select(Post.state, sa.func.count().label("count")).group_by(Post.state))
    return {row.state: row[1] for row in rows}


def waiting_jobs() -> dict[str, int]:
    """Jobs waiting per lane. Raises redis.RedisError when Redis is away."""
    return {lane: int(connection().llen(f"rq:queue:{lane}")) for lane in LANES}


def redis_policy() -> str | None:
    """Redis's eviction policy; None where the server does not tell. Raises redis.RedisError when it is away."""
    try:
        found = connection().config_get("maxmemory-policy")
    except redis.ResponseError:
        return None
    return str(found.get("maxmemory-policy")) if found else None
