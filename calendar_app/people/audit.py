"""The append-only record of who did what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_app.extensions import db
from calendar_app.people.models import Audit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_app.people.roles import Actor


def record(
    action: str,
    subject: str = "",
    *,
    actor: Actor | None = None,
    team_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add one row to the running transaction: it stands or falls with the change that it tells of."""
    db.session.add(
        Audit(
            person_id=actor.person.id if actor else None,
            team_id=team_id,
            action=action,
            subject=subject[:120],
            before=dict(before) if before is not None else None,
            after=dict(after) if after is not None else None,
        )
    )
