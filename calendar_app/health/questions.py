"""What readiness, metrics and the doctor all want to know: one cheap question each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import redis
import sqlalchemy as sa

from calendar_app.channels import due
from calendar_app.channels.email import ledger
from calendar_app.channels.models import ACCOUNT_STATES, STUCK, WAITING, Account, Delivery
from calendar_app.enqueue import LANES, connection
from calendar_app.extensions import database_now, db
from calendar_app.health.pulse import CLOCK, UPKEEP, last_beat
from calendar_app.mailing.rounds import next_due
from calendar_app.notices import letters
from calendar_app.posts.models import Post
from calendar_app.times import utcnow

CLOCK_SILENCE = timedelta(seconds=30)
OVERDUE = timedelta(seconds=60)
MAIL_OVERDUE = timedelta(minutes=10)
# The clock asks for upkeep this often.
UPKEEP_EVERY = timedelta(seconds=60)
# Beyond this a number says “very many”, and finding out how many would take long.
MOST_COUNTED = 100_000


def clock_silence() -> timedelta | None:
    """How long the clock has not been heard; None when it never was."""
    seen = last_beat(CLOCK)
    return database_now() - seen if seen else None


def oldest_overdue() -> datetime | None:
    """Since when the longest waiting post or delivery should have been out; None when all is on time."""
    now = database_now()
    post = sa.select(sa.func.min(Post.due_at)).where(Post.is_scheduled(), Post.due_at < now)
    delivery = db.session.scalar(due.first_attempt_before(), {"now": now})
    return min((at for at in (db.session.scalar(post), delivery) if at), default=None)


def oldest_mail() -> datetime | None:
    """Since when the longest waiting mail should have been sent; None when none is late."""
    due = [at for at in (next_due(letters.shelf()), next_due(ledger.shelf())) if at]
    return min((at for at in due if at < database_now()), default=None)


def upkeep_silence() -> timedelta | None:
    """How long ago the timetable was last gone through; None when it never was."""
    seen = last_beat(UPKEEP)
    return database_now() - seen if seen else None


def unsettled_deliveries() -> dict[str, int]:
    """Those that wait, are being sent or need a person, by state. What is done is counted elsewhere (`tallying`).

    Each question has a partial index and an end: a table of ten million rows answers as fast as an empty one.
    """
    found = dict.fromkeys((*WAITING, "sending", *STUCK), 0)
    for which in (Delivery.is_waiting(), Delivery.is_sending(), Delivery.is_stuck()):
        found |= _counted(Delivery.state, which)
    return found


def unsettled_posts() -> dict[str, int]:
    """Posts that will go out, or should have, by state."""
    found = {"scheduled": 0, "missed": 0}
    for which in (Post.is_scheduled(), Post.is_missed()):
        found |= _counted(Post.state, which)
    return found


def accounts_by_state() -> dict[str, int]:
    """Connected accounts: `ok`, `paused` or `broken`."""
    rows = db.session.execute(
        sa.select(Account.state, sa.func.count()).where(Account.deleted_at.is_(None)).group_by(Account.state)
    )
    return {**dict.fromkeys(ACCOUNT_STATES, 0), **{row[0]: row[1] for row in rows}}


def channels_in_use() -> list[str]:
    return list(db.session.scalars(sa.select(Account.channel).where(Account.deleted_at.is_(None)).distinct()))


def _counted(state: Any, which: sa.ColumnElement[bool]) -> dict[str, int]:
    some = sa.select(state).where(which).limit(MOST_COUNTED).subquery()
    column = some.columns[0]
    rows = db.session.execute(sa.select(column, sa.func.count()).group_by(column))
    return {row[0]: row[1] for row in rows}


def waiting_jobs() -> dict[str, int]:
    """Jobs waiting per lane. Raises redis.RedisError when Redis is away."""
    return {lane: int(connection().llen(f"rq:queue:{lane}")) for lane in LANES}


def worker_silences() -> dict[str, list[float]]:
    """Seconds since each worker of each lane was heard. RQ's own register; those it calls dead are left out.

    Raises redis.RedisError when Redis is away.
    """
    link, now = connection(), utcnow()
    found: dict[str, list[float]] = {}
    for lane in LANES:
        keys = sorted(link.smembers(f"rq:workers:{lane}"))
        pipe = link.pipeline(transaction=False)
        for key in keys:
            pipe.hget(key, "last_heartbeat")
        heard = [datetime.fromisoformat(at.decode()) for at in pipe.execute() if at] if keys else []
        found[lane] = [max((now - at).total_seconds(), 0.0) for at in heard]
    return found


def redis_policy() -> str | None:
    """Redis's eviction policy; None where the server does not tell. Raises redis.RedisError when it is away."""
    try:
        found = connection().config_get("maxmemory-policy")
    except redis.ResponseError:
        return None
    return str(found.get("maxmemory-policy")) if found else None
