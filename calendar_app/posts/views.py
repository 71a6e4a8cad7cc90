"""The composer and the members' page of a post, as pages and forms: they work without scripts too."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

from flask import Blueprint, redirect, render_template, request, url_for

from calendar_app import enqueue, tokens
from calendar_app.errors import Conflict, NotAllowed, Refused, Stale
from calendar_app.extensions import database_now, db
from calendar_app.people.signing_in import actor_or_none, current_actor, current_team, member_required
from calendar_app.posts import forms, page, standing
from calendar_app.posts.autosaving import draft_once
from calendar_app.posts.drafting import edit
from calendar_app.posts.event_following import only_followed
from calendar_app.posts.finding import post_of, stream_of
from calendar_app.posts.locking import lock
from calendar_app.posts.proposing import proposed, template_of
from calendar_app.posts.scheduling import reschedule
from calendar_app.posts.steps import may_write
from calendar_app.posts.values import PLAN, changed, values_of
from calendar_app.posts.writing_views import create_by_script

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Flask
    from flask.typing import ResponseReturnValue

    from calendar_app.people.models import Team
    from calendar_app.posts.models import Post

P = ParamSpec("P")

blueprint = Blueprint("posts", __name__, url_prefix="/posts")
blueprint.url_value_preprocessor(forms.allow_long_texts)


def register(app: Flask) -> None:
    """The doors of this folder for members: pages, what scripts ask for, and the steps of a post."""
    from calendar_app.posts import step_views, writing_views

    for door in (blueprint, writing_views.blueprint, step_views.blueprint):
        app.register_blueprint(door)


def keeps_text(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """A form that arrives after the session has ended comes back with all that was typed, to be sent again."""

    @wraps(view)
    def kept(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if actor_or_none() is None and "title" in request.form:
            words = {"title", "text", "csrf_token"}
            others = [(name, text) for name, text in request.form.items(multi=True) if name not in words]
            return render_template("posts/kept.html", words=request.form, others=others), 401
        current_actor()
        return view(*args, **kwargs)

    return kept


@blueprint.get("/new")
@member_required
def new() -> ResponseReturnValue:
    """An empty composer. The draft is made with the first keystroke, or when the form is sent."""
    actor = current_actor()
    home = stream_of(request.args["stream"]) if request.args.get("stream") else None
    team = home.team if home else current_team()
    actor.need("write posts", team.id)
    values = proposed(home, request.args, team=team, actor=actor, now=database_now())
    begun = template_of(stream_of(values["streams"][0]) if values["streams"] else None, request.args)
    return _composer(None, values, team=team, begun_with=begun)


@blueprint.post("")
@keeps_text
def create() -> ResponseReturnValue:
    """By script: JSON with `draft_key`. By form: the whole form, perhaps with a step to take at once."""
    return create_by_script() if request.is_json else _create_by_form()


@blueprint.get("/<uuid:number>/edit")
@member_required
def show(number: Any) -> ResponseReturnValue:
    post = post_of(number)
    return _composer(post, values_of(post), team=post.team)


@blueprint.post("/<uuid:number>")
@keeps_text
def save(number: Any) -> ResponseReturnValue:
    """The whole form. `slot` fills in a free slot that was pressed."""
    return save_then(post_of(number), _page_of)


def save_then(post: Post, go_on: Callable[[Post], str], *, version: int | None = None) -> ResponseReturnValue:
    """Save what the sent form changes in the post, then `go_on`, which returns where to go; commit once.

    A form without fields changes nothing but is held to the version it names. Whatever is refused comes back as
    the page with all that was typed.
    """
    lock(post)
    values = values_of(post)
    try:
        version = forms.version_in(request.form) if version is None else version
        values = {**values, **forms.from_form(request.form)}
        _save(post, values, version)
        address = go_on(post)
        db.session.commit()
    except Refused as refused:
        return _again(post, values, refused.errors, 422)
    except Conflict as conflict:
        return _again(post, values, {"form": str(conflict)}, 409)
    except (Stale, NotAllowed) as refusal:
        db.session.rollback()
        if not changed(values, values_of(post)):
            raise
        return _both_texts(post, values, refusal)
    enqueue.plan_changed()
    return redirect(address, 303)


def _create_by_form() -> ResponseReturnValue:
    from calendar_app.posts.step_views import STEPS

    team, actor, now = current_team(), current_actor(), database_now()
    values: dict[str, Any] = {}
    try:
        values = forms.from_form(request.form)
        begun = draft_once(request.form.get("draft_key", ""), values, actor=actor, now=now)
        if begun.problems:
            raise Refused(begun.problems)
        post = post_of(begun.post.uuid)
        if not begun.made:
            return save_then(post, _page_of, version=1)
        step = STEPS.get(request.form.get("step", ""))
        address = step(post, now) if step else _page_of(post)
        db.session.commit()
    except (Refused, Conflict) as refusal:
        db.session.rollback()
        values = {**proposed(None, {}, team=team, actor=actor, now=now), **values}
        if isinstance(refusal, Conflict):
            return _composer(None, values, team=team, errors={"form": str(refusal)}), 409
        return _composer(None, values, team=team, errors=refusal.errors), 422
    enqueue.plan_changed()
    return redirect(address, 303)


def _save(post: Post, values: Mapping[str, Any], version: int) -> None:
    actor, now = current_actor(), database_now()
    before = values_of(post)
    changes = changed(values, before)
    if "event" in changes and only_followed(post, before, {**before, **changes}):
        del changes["event"]
    if changes and changes.keys() <= set(PLAN) and not may_write(post, actor):
        # The words were agreed on, the time was not: whoever may write may still move it.
        reschedule(post, **changes, version=version, actor=actor, now=now)
    elif changes:
        edit(post, changes, version=version, actor=actor, now=now)
    elif version != post.version:
        raise Stale(post.version)


def _again(
    post: Post, values: Mapping[str, Any], errors: Mapping[str, str], status: int
) -> ResponseReturnValue:
    db.session.rollback()
    return _composer(post, values, team=post.team, errors=errors), status


def _both_texts(post: Post, mine: Mapping[str, Any], refusal: Stale | NotAllowed) -> ResponseReturnValue:
    stands = standing.as_it_stands(post)
    if isinstance(refusal, Stale):
        return render_template("posts/stale.html", post=post, mine=mine, may_save=True, **stands), 409
    stands["error"] = str(refusal)
    return render_template("posts/stale.html", post=post, mine=mine, may_save=False, **stands), 403


def _page_of(post: Post) -> str:
    return url_for("posts.show", number=post.uuid)


def _composer(
    post: Post | None,
    values: Mapping[str, Any],
    *,
    team: Team,
    errors: Mapping[str, str] | None = None,
    begun_with: int | None = None,
) -> str:
    shown = page.composer(post, values, team=team, actor=current_actor(), errors=errors)
    template = "posts/compose.html" if shown["writable"] else "posts/read.html"
    return render_template(template, draft_key=_draft_key(), begun_with=begun_with, **shown)


def _draft_key() -> str:
    """A page shown again with what was typed goes on writing the draft that it began."""
    return request.form.get("draft_key") or tokens.make()
