"""Templates and snippets of a team: made, changed, thrown away, brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from calendar_app.errors import Refused
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people.audit import record
from calendar_app.people.holding import hold_team
from calendar_app.posts import checking
from calendar_app.posts.checking import Findings
from calendar_app.posts.drafting import streams_named
from calendar_app.posts.models import TEXT_LIMIT
from calendar_app.snippets.models import NAME_LIMIT, SNIPPET_LIMIT, PostTemplate, Snippet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from calendar_app.people.roles import Actor

Kept = TypeVar("Kept", PostTemplate, Snippet)
# Of each kind, of one team.
MOST_KEPT = 200
CALLED = {PostTemplate: "template", Snippet: "snippet"}


def make(model: type[Kept], given: Mapping[str, Any], *, team_id: int, actor: Actor, now: datetime) -> Kept:
    """A new one in the session (flushed). `given`: name, text; of a template also title, kind and streams (handles).

    Raises Refused (a sentence for every wrong field), NotAllowed.
    """
    actor.need("write posts", team_id)
    _need_room(model, team_id)
    row = model(team_id=team_id, updated_at=now, **_columns(model, given, team_id, actor))
    db.session.add(row)
    db.session.flush()
    record(f"{CALLED[model]} made", str(row.id), actor=actor, team_id=team_id, after={"name": row.name})
    return row


def change(row: PostTemplate | Snippet, given: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    """All of it anew. Raises Refused, NotAllowed."""
    actor.need("write posts", row.team_id)
    for name, value in _columns(type(row), given, row.team_id, actor).items():
        setattr(row, name, value)
    row.updated_at = now
    record(f"{CALLED[type(row)]} changed", str(row.id), actor=actor, team_id=row.team_id,
           after={"name": row.name})  # fmt: skip


def throw_away(row: PostTemplate | Snippet, *, actor: Actor, now: datetime) -> None:
    actor.need("write posts", row.team_id)
    row.removed_at = now
    record(f"{CALLED[type(row)]} removed", str(row.id), actor=actor, team_id=row.team_id,
           before={"name": row.name})  # fmt: skip


def bring_back(row: PostTemplate | Snippet, *, actor: Actor) -> None:
    actor.need("write posts", row.team_id)
    if row.removed_at is not None:
        _need_room(type(row), row.team_id)
    row.removed_at = None
    record(f"{CALLED[type(row)]} brought back", str(row.id), actor=actor, team_id=row.team_id,
           after={"name": row.name})  # fmt: skip


def of_team(model: type[Kept], team_id: int) -> Sequence[Kept]:
    """Those in use, by name."""
    return db.session.scalars(
        sa.select(model)
        .where(model.team_id == team_id, model.removed_at.is_(None))
        .order_by(sa.func.lower(model.name), model.id)
    ).all()


def _need_room(model: type[Any], team_id: int) -> None:
    """Every composer of the team holds them all."""
    hold_team(team_id)
    kept = sa.select(sa.func.count(model.id)).where(model.team_id == team_id, model.removed_at.is_(None))
    if (db.session.scalar(kept) or 0) >= MOST_KEPT:
        raise Refused(
            {"name": say("Your team keeps %(most)s of them already. Throw one away first.", most=MOST_KEPT)}
        )


def _columns(model: type[Any], given: Mapping[str, Any], team_id: int, actor: Actor) -> dict[str, Any]:
    found = Findings()
    columns: dict[str, Any] = {"name": checking.line(given.get("name"), "name", NAME_LIMIT, found)}
    if not columns["name"]:
        found.add("name", say("Give it a name by which your team finds it."))
    if model is Snippet:
        columns["text"] = checking.prose(given.get("text"), "text", SNIPPET_LIMIT, found)
        if not columns["text"].strip():
            found.add("text", say("Write the words that it puts into a text."))
    else:
        columns["title"] = checking.title(given.get("title"), found)
        columns["text"] = checking.prose(given.get("text"), "text", TEXT_LIMIT, found)
        columns["kind"] = checking.kind(given.get("kind") or "news", found)
        handles = list(given.get("streams") or ())
        streams = streams_named(handles, actor, team_id=team_id) if handles else []
        columns["streams"] = [stream.handle for stream in streams]
    found.settle()
    return columns
