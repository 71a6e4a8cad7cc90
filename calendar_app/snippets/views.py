"""Members' pages of templates and snippets: the list, and a form for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from calendar_app import ways_back
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.people.roles import scoped
from calendar_app.people.signing_in import current_actor, current_team, member_required
from calendar_app.posts import forms
from calendar_app.posts.text import excerpt
from calendar_app.snippets import keeping
from calendar_app.snippets.models import PostTemplate, Snippet
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from calendar_app.people.models import Team

snippets = Blueprint("snippets", __name__)
snippets.url_value_preprocessor(forms.allow_long_texts)

Row = PostTemplate | Snippet


@snippets.get("/snippets")
@member_required
def index() -> ResponseReturnValue:
    actor, team = current_actor(), current_team()
    return render_template(
        "snippets/list.html",
        team=team,
        teams=[member.team for member in actor.person.memberships],
        templates=keeping.of_team(PostTemplate, team.id),
        snippets=keeping.of_team(Snippet, team.id),
        may_write=actor.may("write posts", team.id),
        excerpt=excerpt,
    )


@snippets.route("/snippets/new", methods=["GET", "POST"])
@member_required
def new_snippet() -> ResponseReturnValue:
    return _made(Snippet)


@snippets.route("/templates/new", methods=["GET", "POST"])
@member_required
def new_template() -> ResponseReturnValue:
    return _made(PostTemplate)


@snippets.route("/snippets/<int:snippet_id>", methods=["GET", "POST"])
@member_required
def snippet(snippet_id: int) -> ResponseReturnValue:
    return _changed(_row(Snippet, snippet_id))


@snippets.route("/templates/<int:template_id>", methods=["GET", "POST"])
@member_required
def template(template_id: int) -> ResponseReturnValue:
    return _changed(_row(PostTemplate, template_id))


@snippets.post("/snippets/<int:snippet_id>/removal")
@member_required
def remove_snippet(snippet_id: int) -> ResponseReturnValue:
    return _removed(_row(Snippet, snippet_id), "snippet")


@snippets.post("/templates/<int:template_id>/removal")
@member_required
def remove_template(template_id: int) -> ResponseReturnValue:
    return _removed(_row(PostTemplate, template_id), "template")


@snippets.post("/snippets/<int:snippet_id>/return")
@member_required
def return_snippet(snippet_id: int) -> ResponseReturnValue:
    return _returned(_row(Snippet, snippet_id), "snippet")


@snippets.post("/templates/<int:template_id>/return")
@member_required
def return_template(template_id: int) -> ResponseReturnValue:
    return _returned(_row(PostTemplate, template_id), "template")


def _row(model: type[Any], number: int) -> Any:
    """One of the asker's teams; anybody else's is as good as none."""
    if number > forms.LARGEST_ID:
        abort(404)
    return db.session.scalar(scoped(model, current_actor()).where(model.id == number)) or abort(404)


def _made(model: type[Any]) -> ResponseReturnValue:
    team, actor = current_team(), current_actor()
    actor.need("write posts", team.id)
    if request.method == "GET":
        return _form(model, None, {"kind": "news", "streams": []}, team)
    try:
        row = keeping.make(model, _given(), team_id=team.id, actor=actor, now=database_now())
    except Refused as refused:
        db.session.rollback()
        return _form(model, None, _given(), team, refused.errors)
    return _done(row, _("“%(name)s” is kept.", name=row.name))


def _changed(row: Row) -> ResponseReturnValue:
    if request.method == "GET":
        names = ("name", "text", "title", "kind", "streams")
        typed = {name: getattr(row, name) for name in names if hasattr(row, name)}
        return _form(type(row), row, typed, row.team)
    try:
        keeping.change(row, _given(), actor=current_actor(), now=database_now())
    except Refused as refused:
        db.session.rollback()
        return _form(type(row), row, _given(), row.team, refused.errors)
    return _done(row, _("“%(name)s” is saved.", name=row.name))


def _removed(row: Row, kind: str) -> ResponseReturnValue:
    keeping.throw_away(row, actor=current_actor(), now=database_now())
    db.session.commit()
    return _turned(row, _("“%(name)s” was thrown away.", name=row.name), f"return_{kind}")


def _returned(row: Row, kind: str) -> ResponseReturnValue:
    keeping.bring_back(row, actor=current_actor())
    db.session.commit()
    return _turned(row, _("“%(name)s” is back.", name=row.name), f"remove_{kind}")


def _turned(row: Row, said: str, back: str) -> ResponseReturnValue:
    number = {"template_id" if isinstance(row, PostTemplate) else "snippet_id": row.id}
    page = url_for("snippets.index", **_named(row))
    return ways_back.done(said, page, back=url_for(f"snippets.{back}", **number))  # type: ignore[arg-type]


def _done(row: Row, sentence: str) -> ResponseReturnValue:
    db.session.commit()
    flash(sentence, "good")
    return redirect(url_for("snippets.index", **_named(row)), 303)


def _named(row: Row) -> dict[str, Any]:
    """`?team=` for those who are in several teams."""
    return {"team": row.team_id} if len(current_actor().roles) > 1 else {}


def _given() -> dict[str, Any]:
    sent = {
        name: request.form.get(name, "").replace("\r\n", "\n") for name in ("name", "title", "text", "kind")
    }
    chosen = [handle for handle in request.form.getlist("streams") if handle.isprintable()]
    return {**sent, "streams": list(dict.fromkeys(chosen))}


def _form(
    model: type[Any], row: Row | None, typed: dict[str, Any], team: Team, errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    living = sa.select(Stream.handle, Stream.name).where(
        Stream.team_id == team.id, Stream.archived_at.is_(None)
    )
    choices = db.session.execute(living.order_by(sa.func.lower(Stream.name), Stream.id))
    page = render_template(
        "snippets/form.html",
        is_template=model is PostTemplate,
        row=row,
        typed=typed,
        team=team,
        errors=errors or {},
        stream_choices=[(handle, name, None) for handle, name in choices],
        may_write=current_actor().may("write posts", team.id),
    )
    return page, 422 if errors else 200
