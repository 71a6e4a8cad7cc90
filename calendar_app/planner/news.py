"""What changed in the plan since a number: questions to the database, which alone knows.

Numbers are given when a change is written and become visible when it is committed, so that a lower number may
show up after a higher one. Whoever asks again looks back as far as a transaction may reasonably last.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from calendar_app.extensions import database_now, db
from calendar_app.planner.models import PlanChange
from calendar_app.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy.engine import Connection

LONGEST = timedelta(seconds=60)
KEPT = timedelta(hours=24)
# Who missed more than these is told to load anew.
MOST = 200
_COLUMNS = (
    PlanChange.id, PlanChange.team_id, PlanChange.post_uuid, PlanChange.kind, PlanChange.was_due, PlanChange.due,
)  # fmt: skip


class News(NamedTuple):
    id: int
    team_id: int
    post: str
    kind: str
    was_due: datetime | None
    due: datetime | None


def newest(connection: Connection) -> int:
    found: int = connection.execute(sa.select(sa.func.coalesce(sa.func.max(PlanChange.id), 0))).scalar_one()
    return found


def settled(connection: Connection, now: datetime) -> int:
    """A number below which nothing can become visible any more."""
    old = sa.select(sa.func.coalesce(sa.func.max(PlanChange.id), 0)).where(PlanChange.at < now - LONGEST)
    found: int = connection.execute(old).scalar_one()
    return found


def above(connection: Connection, number: int, *, most: int) -> list[News]:
    """Changes with higher numbers, in order; the newest `most` of them."""
    rows = connection.execute(
        sa.select(*_COLUMNS).where(PlanChange.id > number).order_by(PlanChange.id.desc()).limit(most)
    )
    return [News(*row) for row in reversed(rows.all())]


def missed(connection: Connection, after: int | datetime, team_ids: Collection[int]) -> list[News] | None:
    """What these teams' plans have of changes after that number or instant, told twice rather than never.

    An instant may be that of another machine, whose clock is some seconds wrong.

    None where it cannot be told: the number is older than what is kept, or too much has happened.
    """
    if isinstance(after, datetime):
        fresh: Any = PlanChange.at > after - LONGEST
    else:
        at = connection.execute(sa.select(PlanChange.at).where(PlanChange.id == after)).scalar_one_or_none()
        if at is None and not _follows(connection, after):
            return None
        # SQLite has one writer at a time: its numbers become visible in their order.
        late = PlanChange.at > at - LONGEST if at and connection.dialect.name != "sqlite" else sa.false()
        fresh = sa.or_(PlanChange.id > after, late)
    rows = connection.execute(
        sa.select(*_COLUMNS)
        .where(fresh, PlanChange.team_id.in_(team_ids))
        .order_by(PlanChange.id)
        .limit(MOST + 1)
    ).all()
    return [News(*row) for row in rows] if len(rows) <= MOST else None


def _follows(connection: Connection, number: int) -> bool:
    """Whether nothing can be missing between the number and what is kept."""
    first, last = connection.execute(sa.select(sa.func.min(PlanChange.id), sa.func.max(PlanChange.id))).one()
    return number == (last or 0) or (first is not None and first == number + 1)


def told(news: Iterable[News]) -> list[dict[str, Any]]:
    """As pages are told: the post, and the times between which a plan must look again; each post once."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in news:
        entry = found.setdefault((one.kind, one.post), {"post": one.post, "kind": one.kind, "at": []})
        entry["at"] += [rfc3339(at) for at in (one.was_due, one.due) if at and rfc3339(at) not in entry["at"]]
    return list(found.values())


def forget_old() -> None:
    """For the upkeep job. The newest stays: it is what pages that wait for the next one know."""
    last = sa.select(sa.func.max(PlanChange.id)).scalar_subquery()
    db.session.execute(
        sa.delete(PlanChange).where(PlanChange.at < database_now() - KEPT, PlanChange.id < last)
    )
