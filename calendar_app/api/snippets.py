"""Snippets: words that are put into a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort

from calendar_app import links
from calendar_app.api.calling import PREFIX, Answer, call
from calendar_app.api.paging import page
from calendar_app.api.schemas import snippets as told
from calendar_app.api.schemas.base import Nothing
from calendar_app.api.teams import team_named
from calendar_app.extensions import database_now, db
from calendar_app.people.roles import scoped
from calendar_app.snippets import keeping
from calendar_app.snippets.models import Snippet

if TYPE_CHECKING:
    from calendar_app.people.roles import Actor

ONE = "/snippets/<int:snippet_id>"
_FIELDS = ("name", "text")


@call("GET", "/snippets", gives=told.Snippets, query=told.KeptQuery)
def find(actor: Actor, query: told.KeptQuery) -> Answer:
    """List snippets."""
    rows, following = page(scoped(Snippet, actor).where(Snippet.removed_at.is_(None)), Snippet.id, query)
    return Answer(told.Snippets(items=[_shown(row) for row in rows], next=following))


@call("POST", "/snippets", gives=told.Snippet, body=told.NewSnippet, status=201)
def make(actor: Actor, body: told.NewSnippet) -> Answer:
    """Make a snippet."""
    given, team_id = body.model_dump(exclude={"team"}), team_named(actor, body.team)
    row = keeping.make(Snippet, given, team_id=team_id, actor=actor, now=database_now())
    return Answer(_shown(row), location=links.absolute(f"{PREFIX}/snippets/{row.id}"))


@call("GET", ONE, gives=told.Snippet)
def show(actor: Actor, snippet_id: int) -> Answer:
    """Read one snippet."""
    return Answer(_shown(_row(actor, snippet_id)))


@call("PATCH", ONE, gives=told.Snippet, body=told.SnippetChange)
def change(actor: Actor, snippet_id: int, body: told.SnippetChange) -> Answer:
    """Change a snippet.

    What was begun with it stays as it is.
    """
    row = _row(actor, snippet_id)
    stands = {name: getattr(row, name) for name in _FIELDS}
    keeping.change(row, {**stands, **body.model_dump(exclude_unset=True)}, actor=actor, now=database_now())
    db.session.flush()
    return Answer(_shown(row))


@call("DELETE", ONE, status=204)
def remove(actor: Actor, snippet_id: int) -> Answer:
    """Throw a snippet away.

    It can be brought back.
    """
    keeping.throw_away(_row(actor, snippet_id), actor=actor, now=database_now())
    return Answer()


@call("POST", ONE + "/return", gives=told.Snippet, body=Nothing, body_optional=True)
def bring_back(actor: Actor, snippet_id: int, body: Nothing) -> Answer:
    """Bring a snippet back that was thrown away."""
    row = _row(actor, snippet_id, also_removed=True)
    keeping.bring_back(row, actor=actor)
    return Answer(_shown(row))


def _shown(row: Snippet) -> told.Snippet:
    return told.Snippet.model_validate(
        {
            "id": row.id,
            "team": row.team_id,
            "updated_at": row.updated_at,
            **{name: getattr(row, name) for name in _FIELDS},
        }
    )


def _row(actor: Actor, number: int, *, also_removed: bool = False) -> Snippet:
    """One of the asker's teams, else 404."""
    found: Snippet | None = None
    if number < 2**31:
        found = db.session.scalar(scoped(Snippet, actor).where(Snippet.id == number))
    if found is None or (found.removed_at is not None and not also_removed):
        abort(404)
    return found
