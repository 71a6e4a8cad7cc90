"""Templates: what new posts begin with."""

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
from calendar_app.snippets.models import PostTemplate

if TYPE_CHECKING:
    from calendar_app.people.roles import Actor

ONE = "/templates/<int:template_id>"
_FIELDS = ("name", "title", "text", "kind", "streams")


@call("GET", "/templates", gives=told.Templates, query=PageQuery)
def find(actor: Actor, query: PageQuery) -> Answer:
    """List templates."""
    rows, following = page(kept.all_of(PostTemplate, actor), PostTemplate.id, query)
    return Answer(told.Templates(items=[_shown(row) for row in rows], next=following))


@call("POST", "/templates", gives=told.Template, body=told.NewTemplate, status=201)
def make(actor: Actor, body: told.NewTemplate) -> Answer:
    """Make a template."""
    given, team_id = body.model_dump(exclude={"team"}), team_named(actor, body.team)
    row = keeping.make(PostTemplate, given, team_id=team_id, actor=actor, now=database_now())
    return Answer(_shown(row), location=links.absolute(f"{PREFIX}/templates/{row.id}"))


@call("GET", ONE, gives=told.Template)
def show(actor: Actor, template_id: int) -> Answer:
    """Read one template."""
    return Answer(_shown(kept.found(PostTemplate, actor, template_id)))


@call("PATCH", ONE, gives=told.Template, body=told.TemplateChange)
def change(actor: Actor, template_id: int, body: told.TemplateChange) -> Answer:
    """Change a template.

    What was begun with it stays as it is.
    """
    row = kept.found(PostTemplate, actor, template_id)
    return Answer(_shown(kept.changed(row, body, _FIELDS, actor=actor)))


@call("DELETE", ONE, status=204)
def remove(actor: Actor, template_id: int) -> Answer:
    """Throw a template away.

    It can be brought back.
    """
    keeping.throw_away(kept.found(PostTemplate, actor, template_id), actor=actor, now=database_now())
    return Answer()


@call("POST", ONE + "/return", gives=told.Template, body=Nothing, body_optional=True)
def bring_back(actor: Actor, template_id: int, body: Nothing) -> Answer:
    """Bring a template back that was thrown away."""
    row = kept.found(PostTemplate, actor, template_id, also_removed=True)
    keeping.bring_back(row, actor=actor)
    return Answer(_shown(row))


def _shown(row: PostTemplate) -> told.Template:
    return told.Template.model_validate(kept.facts(row, _FIELDS))
