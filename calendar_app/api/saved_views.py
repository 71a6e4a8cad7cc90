"""Views of the calendar under a name: one's own, and what one's teams share."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from flask import abort
from werkzeug.datastructures import MultiDict

from calendar_app import links
from calendar_app.api.calling import PREFIX, Answer, call
from calendar_app.api.schemas import saved as told
from calendar_app.api.schemas.base import Nothing
from calendar_app.api.teams import team_named
from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import database_now
from calendar_app.planner import keeping, loading
from calendar_app.planner.asking import asked

if TYPE_CHECKING:
    from calendar_app.people.roles import Actor
    from calendar_app.planner.models import SavedView

ONE = "/views/<int:view_id>"


@call("GET", "/views", gives=told.Views)
def find(actor: Actor) -> Answer:
    """List saved views of the calendar."""
    return Answer(told.Views(items=[_told(one, actor) for one in keeping.shown_to(actor)], next=None))


@call("POST", "/views", gives=told.View, body=told.NewView, status=201)
def make(actor: Actor, body: told.NewView) -> Answer:
    """Save a view of the calendar."""
    team_id = team_named(actor, body.team)
    try:
        sent = parse_qsl(body.query.removeprefix("?"), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise Refused({"query": "This is more than an address of the calendar says."}) from None
    try:
        wanted = asked(MultiDict(sent), database_now().date(), loading.lanes(actor))
    except Refused as refused:
        raise Refused({"query": " ".join(refused.errors.values())}) from None
    view = keeping.keep(actor, team_id, body.name, wanted, shared=body.shared)
    if body.opens:
        keeping.open_with(view, actor, opens=True)
    return Answer(_shown(view, actor), location=links.absolute(f"{PREFIX}/views/{view.id}"))


@call("GET", ONE, gives=told.View)
def show(actor: Actor, view_id: int) -> Answer:
    """Read one saved view."""
    return Answer(_shown(_view(actor, view_id), actor))


@call("PATCH", ONE, gives=told.View, body=told.ViewChange)
def change(actor: Actor, view_id: int, body: told.ViewChange) -> Answer:
    """Rename a saved view, share it, or open the calendar with it."""
    view, sent = _view(actor, view_id), body.model_fields_set
    if sent & {"name", "shared"}:
        name = body.name if "name" in sent else view.name
        keeping.change(view, actor, name=name, shared=body.shared if "shared" in sent else view.shared)
    if "opens" in sent:
        keeping.open_with(view, actor, opens=body.opens)
    return Answer(_shown(view, actor))


@call("DELETE", ONE, status=204)
def remove(actor: Actor, view_id: int) -> Answer:
    """Delete a saved view.

    The posts it showed are where they were. For 30 days it can be brought back.
    """
    keeping.throw_away(_view(actor, view_id), actor, database_now())
    return Answer()


@call("POST", ONE + "/return", gives=told.View, body=Nothing, body_optional=True)
def bring_back(actor: Actor, view_id: int, body: Nothing) -> Answer:
    """Bring a saved view back that was deleted.

    For 30 days, by whoever saved it; who opened the calendar with it does so again.
    """
    view = keeping.thrown_away(view_id, actor) if view_id < 2**31 else None
    if view is None:
        _view(actor, view_id)
        raise Conflict("This view is there.")
    keeping.bring_back(view, actor)
    return Answer(_shown(view, actor))


def _view(actor: Actor, number: int) -> SavedView:
    found = keeping.view_of(number, actor) if number < 2**31 else None
    return found or abort(404)


def _shown(view: SavedView, actor: Actor) -> told.View:
    return next(_told(one, actor) for one in keeping.shown_to(actor) if one.id == view.id)


def _told(one: keeping.Shown, actor: Actor) -> told.View:
    return told.View.model_validate(
        {
            "id": one.id, "team": one.team_id, "name": one.name, "query": one.query, "shared": one.shared,
            "url": links.absolute(one.address), "mine": one.mine, "opens": one.opens,
        }
    )  # fmt: skip
