"""What templates and snippets have in common as doors: found, shown and changed by the fields each of them has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from flask import abort

from calendar_app.extensions import database_now, db
from calendar_app.people.roles import scoped
from calendar_app.snippets import keeping
from calendar_app.snippets.models import PostTemplate, Snippet

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sqlalchemy as sa
    from pydantic import BaseModel

    from calendar_app.people.roles import Actor

Kept = TypeVar("Kept", PostTemplate, Snippet)


def all_of(model: type[Kept], actor: Actor) -> sa.Select[Kept]:
    """Those of the asker's teams that were not thrown away."""
    rows: sa.Select[Kept] = scoped(model, actor).where(model.removed_at.is_(None))
    return rows


def found(model: type[Kept], actor: Actor, number: int, *, also_removed: bool = False) -> Kept:
    """One of the asker's teams, else 404."""
    row: Kept | None = None
    if number < 2**31:
        row = db.session.scalar(scoped(model, actor).where(model.id == number))
    if row is None or (row.removed_at is not None and not also_removed):
        abort(404)
    return row


def facts(row: PostTemplate | Snippet, fields: Sequence[str]) -> dict[str, Any]:
    """The row as its schema has it; `fields` are those that a program may change."""
    own = {name: getattr(row, name) for name in fields}
    return {"id": row.id, "team": row.team_id, "updated_at": row.updated_at, **own}


def changed(row: Kept, body: BaseModel, fields: Sequence[str], *, actor: Actor) -> Kept:
    """What the body says; the other `fields` stay as they are. Raises Refused, NotAllowed."""
    stands = {name: getattr(row, name) for name in fields}
    keeping.change(row, {**stands, **body.model_dump(exclude_unset=True)}, actor=actor, now=database_now())
    db.session.flush()
    return row
