"""Snippets: words that are put into a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app import links
from calendar_app.api import kept
from calendar_app.api.calling import PREFIX, Answer, call
from calendar_app.api.paging import page
from calendar_app.api.schemas import snippets as told
from calendar_app.api.schemas.base import Nothing, PageQuery
from calendar_app.api.teams import team_named
from calendar_app.extensions import database_now
from calendar_app.snippets import keeping
from calendar_app.snippets.models import Snippet

if TYPE_CHECKING:
    from calendar_app.people.roles import Actor

ONE = "/snippets/<int:snippet_id>"
_FIELDS = ("name", "text")


@call("GET", "/snippets", gives=told.Snippets, query=PageQuery)
def find(actor: Actor, query: PageQuery) -> Answer:
    """List snippets."""
    rows, following = page(kept.all_of(Snippet, actor), Snippet.id, query)
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
    return Answer(_shown(kept.found(Snippet, actor, snippet_id)))


@call("PATCH", ONE, gives=told.Snippet, body=told.SnippetChange)
def change(actor: Actor, snippet_id: int, body: told.SnippetChange) -> Answer:
    """Change a snippet.

    What was begun with it stays as it is.
    """
    row = kept.found(Snippet, actor, snippet_id)
    return Answer(_shown(kept.changed(row, body, _FIELDS, actor=actor)))


@call("DELETE", ONE, status=204)
def remove(actor: Actor, snippet_id: int) -> Answer:
    """Throw a snippet away.

    It can be brought back.
    """
    keeping.throw_away(kept.found(Snippet, actor, snippet_id), actor=actor, now=database_now())
    return Answer()


@call("POST", ONE + "/return", gives=told.Snippet, body=Nothing, body_optional=True)
def bring_back(actor: Actor, snippet_id: int, body: Nothing) -> Answer:
    """Bring a snippet back that was thrown away."""
    row = kept.found(Snippet, actor, snippet_id, also_removed=True)
    keeping.bring_back(row, actor=actor)
    return Answer(_shown(row))


def _shown(row: Snippet) -> told.Snippet:
    return told.Snippet.model_validate(kept.facts(row, _FIELDS))
