"""Writing a notice: once per person and event, whoever tells it and however often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

from calendar_app.extensions import db
from calendar_app.notices.models import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


def tell(facts: Mapping[str, Any], people: Iterable[int], now: datetime) -> int:
    """One row per person; a row that somebody else wrote in the same moment is left as it is. Returns how many.

    `facts`: kind, event, team_id and what the notice is of.
    """
    rows = [{**facts, "person_id": person, "created_at": now} for person in sorted(people)]
    if not rows:
        return 0
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    written = insert(Notice.__table__).values(rows)  # type: ignore[arg-type]
    done = db.session.execute(written.on_conflict_do_nothing().returning(Notice.id))
    return len(done.all())
