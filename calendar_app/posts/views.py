"""The composer and the members' page of a post: opening, saving, and what the page asks for while one writes."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import sqlalchemy as sa
from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from calendar_app import enqueue, tokens
from calendar_app.errors import Conflict, NotAllowed, Refused, Stale
from calendar_app.extensions import database_now, db, stop_writing
from calendar_app.people.models import Audit, Person, Team
from calendar_app.people.roles import scoped
from calendar_app.people.signing_in import current_actor, current_team, member_required
from calendar_app.posts import forms, page
from calendar_app.posts.autosaving import autosave, draft_once
from calendar_app.posts.drafting import edit
from calendar_app.posts.models import Post
from calendar_app.posts.proposing import proposed
from calendar_app.posts.saying import ways_out
from calendar_app.posts.values import changed, values_of
from calendar_app.streams.models import Stream
from calendar_app.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from flask import Flask
    from flask.typing import ResponseReturnValue

P = ParamSpec("P")

blueprint = Blueprint("posts", __name__, url_prefix="/posts")


def register(app: Flask) -> None:
    """The two doors of this folder for members: writing, and the steps of a post."""
    from calendar_app.posts import step_views

    app.register_blueprint(blueprint)
    app.register_blueprint(step_views.blueprint)


@blueprint.url_value_preprocessor
def allow_long_texts(_endpoint: str | None, _values: Mapping[str, Any] | None) -> None:
    """Before the form is read for the first time: a long text in a wide script fills more than the usual limit."""
    request.max_content_length = forms.LONGEST_BODY
    request.max_form_memory_size = forms.LONGEST_BODY


def answers_json(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """For what scripts call: every refusal is an answer that the page can show, and nothing half done is kept."""

    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        try:
            return view(*args, **kwargs)
        except Refused as refused:
            db.session.rollback()
            return jsonify(ok=False, problems=refused.errors), 422
        except Conflict as conflict:
            db.session.rollback()
            return jsonify(ok=False, error=str(conflict)), 409
        except NotAllowed as refusal:
            db.session.rollback()
            return jsonify(ok=False, error=str(refusal)), 403

    return answered


@blueprint.get("/new")
@member_required
def new() -> ResponseReturnValue:
    """An empty composer. The draft is made with the first keystroke, or when the form is sent."""
    actor, home = current_actor(), _asked_stream()
    team = home.team if home else current_team()
    actor.need("write posts", team.id)
    values = proposed(home, request.args, team=team, actor=actor, now=database_now())
    return _composer(None, values, team=team)


@blueprint.post("")
@member_required
def create() -> ResponseReturnValue:
    """By script: JSON with `draft_key`. By form: the whole form, perhaps with a step to take at once."""
    return _create_by_script() if request.is_json else _create_by_form()


@blueprint.get("/<uuid:number>/edit")
@member_required
def show(number: Any) -> ResponseReturnValue:
    post = post_of(number)
    return _composer(post, values_of(post), team=post.team)


@blueprint.post("/<uuid:number>")
@member_required
def save(number: Any) -> ResponseReturnValue:
    """The whole form, without scripts. `slot` fills in a free slot that was pressed."""
    return save_then(post_of(number), _page_of)


@blueprint.post("/<uuid:number>/draft")
@member_required
@answers_json
def save_draft(number: Any) -> ResponseReturnValue:
    """What has changed, as JSON with the `version` it was made on; 409 with what stands now when that is old."""
    post, body = post_of(number), _body()
    values, version = forms.from_json(body), _version(body.get("version"))
    due, now = post.due_at, database_now()
    try:
        problems = autosave(post, values, version=version, actor=current_actor(), now=now)
    except Stale:
        db.session.rollback()
        return jsonify(**_stale(post_of(number))), 409
    db.session.commit()
    if post.state == "scheduled" and post.due_at != due:
        enqueue.plan_changed()
    return jsonify(**_saved(post, values, problems, now))


@blueprint.post("/preview")
@member_required
@answers_json
def preview() -> ResponseReturnValue:
    """What stands beside the text, for the values on the page; nothing is kept."""
    actor = current_actor()
    db.session.commit()
    # From here on it only reads: no writer has to wait for it.
    stop_writing()
    body = _body()
    values = forms.from_json(body)
    post = post_of(body["uuid"]) if body.get("uuid") else None
    team = post.team if post else _team_of(values.get("streams") or (), actor.team_ids)
    return render_template(
        "posts/beside.html", **page.beside(post, values, team=team, actor=actor, now=database_now())
    )


@blueprint.get("/slots")
@member_required
def slots() -> ResponseReturnValue:
    """The three next free slots of the first of `streams=a+b`, each with what speaks for it."""
    actor = current_actor()
    handles = request.args.get("streams", "").replace("+", " ").split()
    team = _team_of(handles, actor.team_ids)
    values = {"streams": handles}
    return render_template(
        "posts/slots.html", **page.beside(None, values, team=team, actor=actor, now=database_now())
    )


@blueprint.get("/<uuid:number>/deliveries")
@member_required
def deliveries(number: Any) -> ResponseReturnValue:
    """Where the post stands and what became of each delivery; the page asks again while something is under way."""
    standing = page.standing(post_of(number), current_actor(), now=database_now())
    return render_template("posts/standing.html", **standing)


def post_of(number: Any) -> Post:
    """The post of this id, for members of its team; for everybody else there is none."""
    number = str(number)
    if not number.isprintable():
        abort(404)
    query = scoped(Post, current_actor()).where(Post.uuid == number[:36])
    found: Post | None = db.session.scalars(query).one_or_none()
    if found is None:
        abort(404)
    return found


def save_then(post: Post, go_on: Callable[[Post], str], *, version: int | None = None) -> ResponseReturnValue:
    """Save what the sent form changes in the post, then `go_on`, which returns where to go; commit once.

    A form that only names a version (from a page without fields) changes nothing but is held to it.
    Whatever is refused comes back as the page with all that was typed.
    """
    values = values_of(post)
    try:
        version = _version(request.form.get("version")) if version is None else version
        values = {**values, **_values_sent()}
        _save(post, values, version)
        address = go_on(post)
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        return _composer(post, values, team=post.team, errors=refused.errors), 422
    except Conflict as conflict:
        db.session.rollback()
        return _composer(post, values, team=post.team, errors={"form": str(conflict)}), 409
    except (Stale, NotAllowed) as refusal:
        db.session.rollback()
        if not changed(values, values_of(post)):
            raise
        stale = {**_stale(post), "error": str(refusal)} if isinstance(refusal, NotAllowed) else _stale(post)
        page_of_both = render_template("posts/stale.html", post=post, mine=values, **stale)
        return page_of_both, 403 if isinstance(refusal, NotAllowed) else 409
    enqueue.plan_changed()
    return redirect(address, 303)


@answers_json
def _create_by_script() -> ResponseReturnValue:
    body = _body()
    values, now = forms.from_json(body), database_now()
    begun = draft_once(str(body.get("draft_key")), values, actor=current_actor(), now=now)
    if begun.post.team_id not in current_actor().roles:
        abort(404)
    db.session.commit()
    saved = _saved(begun.post, values, begun.problems, now)
    return jsonify(**saved, uuid=begun.post.uuid, values=values_of(begun.post)), 201 if begun.made else 200


def _create_by_form() -> ResponseReturnValue:
    from calendar_app.posts.step_views import STEPS

    team, values = current_team(), {}
    try:
        values = _values_sent()
        actor, now = current_actor(), database_now()
        begun = draft_once(request.form.get("draft_key", ""), values, actor=actor, now=now)
        if begun.problems:
            raise Refused(begun.problems)
        post = post_of(begun.post.uuid)
        if not begun.made:
            return save_then(post, _page_of, version=1)
        step = STEPS.get(request.form.get("step", ""))
        address = step(post, now) if step else _page_of(post)
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        values = {**proposed(None, {}, team=team, actor=current_actor(), now=database_now()), **values}
        return _composer(None, values, team=team, errors=refused.errors), 422
    enqueue.plan_changed()
    return redirect(address, 303)


def _save(post: Post, values: Mapping[str, Any], version: int) -> None:
    changes = changed(values, values_of(post))
    if changes:
        edit(post, changes, version=version, actor=current_actor(), now=database_now())
    elif version != post.version:
        raise Stale(post.version)


def _values_sent() -> dict[str, Any]:
    """The form's values, if it has fields at all; a free slot that was pressed takes the place of the plan."""
    values = forms.from_form(request.form)
    slot = request.form.get("slot", "").split("|")
    if len(slot) == 3:
        values.update(forms.from_json({"publish_at": slot[0], "timezone": slot[1], "fold": slot[2]}))
    return values


def _page_of(post: Post) -> str:
    return url_for("posts.show", number=post.uuid)


def _composer(
    post: Post | None, values: Mapping[str, Any], *, team: Team, errors: Mapping[str, str] | None = None
) -> str:
    shown = page.composer(post, values, team=team, actor=current_actor(), errors=errors)
    template = "posts/compose.html" if shown["writable"] else "posts/read.html"
    return render_template(template, draft_key=_draft_key(), **shown)


def _draft_key() -> str:
    """A page shown again with what was typed goes on writing the draft that it began."""
    return request.form.get("draft_key") or tokens.make()


def _asked_stream() -> Stream | None:
    handle = request.args.get("stream")
    if not handle:
        return None
    query = scoped(Stream, current_actor()).where(Stream.handle == handle[:40], Stream.archived_at.is_(None))
    found: Stream | None = db.session.scalars(query).one_or_none()
    if found is None:
        abort(404)
    return found


def _team_of(handles: Any, team_ids: list[int]) -> Team:
    """The team whose streams these are, else the asker's first."""
    printable = [handle for handle in handles if handle.isprintable()]
    query = sa.select(Team).join(Stream, Stream.team_id == Team.id).where(Team.id.in_(team_ids))
    found: Team | None = db.session.scalars(query.where(Stream.handle.in_(printable)).limit(1)).first()
    return found or current_team()


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Refused({"form": forms.MALFORMED})
    return body


def _version(value: Any) -> int:
    text = str(value)
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise Refused({"form": _("This page did not say which version it shows. Load it again.")})
    return int(text)


def _saved(
    post: Post, values: Mapping[str, Any], problems: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    plan, zone = str(values.get("publish_at") or ""), str(values.get("timezone") or post.timezone or "")
    return {
        "ok": True,
        "version": post.version,
        "saved_at": rfc3339(now),
        "problems": dict(problems),
        "ways_out": ways_out(plan, zone, fold=values.get("fold")) if "publish_at" in problems else [],
    }


def _stale(post: Post) -> dict[str, Any]:
    """What stands now, and whose it is."""
    who = db.session.execute(
        sa.select(Person.name, Audit.at)
        .outerjoin(Person, Person.id == Audit.person_id)
        .where(Audit.subject == post.uuid)
        .order_by(Audit.id.desc())
        .limit(1)
    ).first()
    return {
        "ok": False,
        "stale": True,
        "version": post.version,
        "state": post.state,
        "theirs": values_of(post),
        "by": who.name if who else None,
        "error": _("Somebody saved this post after you opened it. Both texts are kept: choose."),
    }
