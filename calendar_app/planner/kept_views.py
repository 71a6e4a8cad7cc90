"""The door of saved views: forms in the calendar's rail and menu; each leads back to the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.urls import iri_to_uri

from calendar_app import ways_back
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.languages import say
from calendar_app.people.signing_in import current_actor, current_team, local_path, member_required
from calendar_app.planner import keeping, loading
from calendar_app.planner.asking import asked
from calendar_app.posts.finding import team_of
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from calendar_app.planner.models import SavedView

kept = Blueprint("kept", __name__, url_prefix="/calendar/views")


@kept.post("")
@member_required
def keep() -> ResponseReturnValue:
    """`here` is the address of the plan that is shown, `name` and `shared` what the person says."""

    def work() -> str:
        actor = current_actor()
        args = MultiDict(parse_qsl(urlsplit(_here()).query, keep_blank_values=True))
        wanted = asked(args, utcnow().date(), loading.lanes(actor))
        team = team_of(wanted.streams) if wanted.streams else current_team()
        view = keeping.keep(
            actor, team.id, request.form.get("name", ""), wanted, shared="shared" in request.form
        )
        if "opens" in request.form:
            keeping.open_with(view, actor, opens=True)
        return say("“%(name)s” is saved.", name=view.name)

    return _done(work)


@kept.post("/<int:view_id>")
@member_required
def change(view_id: int) -> ResponseReturnValue:
    """Its maker changes `name` and `shared`; whoever sees it may say that it `opens` their calendar."""
    view = _view(view_id)

    def work() -> str:
        actor = current_actor()
        if view.person_id == actor.person.id:
            keeping.change(
                view, actor, name=request.form.get("name", view.name), shared="shared" in request.form
            )
        keeping.open_with(view, actor, opens="opens" in request.form)
        return say("“%(name)s” is saved.", name=view.name)

    return _done(work)


@kept.post("/<int:view_id>/removal")
@member_required
def remove(view_id: int) -> ResponseReturnValue:
    view, actor = _view(view_id), current_actor()
    said = say("“%(name)s” is deleted. The posts it showed are where they were.", name=view.name)
    keeping.throw_away(view, actor, database_now())
    db.session.commit()
    return _turned(view_id, said, "bring_back")


@kept.post("/<int:view_id>/return")
@member_required
def bring_back(view_id: int) -> ResponseReturnValue:
    view = keeping.thrown_away(view_id, current_actor()) or abort(404)
    said = say("“%(name)s” is back.", name=view.name)
    keeping.bring_back(view, current_actor())
    db.session.commit()
    return _turned(view_id, said, "remove")


def _view(number: int) -> SavedView:
    found = keeping.view_of(number, current_actor())
    if found is None:
        abort(404)
    return found


def _turned(number: int, said: str, back: str) -> ResponseReturnValue:
    return ways_back.done(said, iri_to_uri(_here()), back=url_for(f"kept.{back}", view_id=number))


def _done(work: Callable[[], str]) -> ResponseReturnValue:
    """Back to where one was, with a sentence; what was refused has changed nothing."""
    here = _here()
    try:
        sentence = work()
        db.session.commit()
        flash(sentence, "good")
    except Refused as error:
        db.session.rollback()
        flash(" ".join(error.errors.values()), "warn")
    return redirect(iri_to_uri(here), 303)


def _here() -> str:
    path = local_path(request.form.get("here"))
    return path if path.partition("?")[0] == "/calendar" else "/calendar"
