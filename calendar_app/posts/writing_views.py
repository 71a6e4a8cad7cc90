"""What the composer's scripts ask for while somebody writes: saving, previews, slots, and where a post stands."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

from flask import Blueprint, abort, jsonify, render_template, request

from calendar_app import enqueue
from calendar_app.errors import Conflict, NotAllowed, Refused, Stale
from calendar_app.extensions import database_now, db, stop_writing
from calendar_app.languages import say
from calendar_app.people.signing_in import current_actor, member_required
from calendar_app.posts import forms, page, standing
from calendar_app.posts.autosaving import autosave, draft_once
from calendar_app.posts.finding import post_of, team_of
from calendar_app.posts.saying import ways_out
from calendar_app.posts.values import values_of
from calendar_app.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from calendar_app.posts.models import Post

P = ParamSpec("P")

blueprint = Blueprint("writing", __name__, url_prefix="/posts")
blueprint.url_value_preprocessor(forms.allow_long_texts)


def answers_json(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Every refusal is an answer that the page can show, and nothing half done is kept."""

    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        try:
            return view(*args, **kwargs)
        except Refused as refused:
            return _refusal(422, problems=refused.errors)
        except Conflict as conflict:
            return _refusal(409, error=str(conflict))
        except NotAllowed as refusal:
            return _refusal(403, error=str(refusal))

    return answered


@answers_json
def create_by_script() -> ResponseReturnValue:
    """JSON with a `draft_key` and values: 201 with the new draft, 200 with the one an earlier try has made."""
    body = _body()
    values, now = forms.from_json(body), database_now()
    begun = draft_once(str(body.get("draft_key")), values, actor=current_actor(), now=now)
    if begun.post.team_id not in current_actor().roles:
        abort(404)
    db.session.commit()
    saved = _saved(begun.post, values, begun.problems, now)
    return jsonify(**saved, uuid=begun.post.uuid, values=values_of(begun.post)), 201 if begun.made else 200


@blueprint.post("/<uuid:number>/draft")
@member_required
@answers_json
def save_draft(number: Any) -> ResponseReturnValue:
    """What has changed, as JSON with the `version` it was made on; 409 with what stands now when that is old."""
    post, body = post_of(number), _body()
    values, version = forms.from_json(body), forms.version_in(body)
    due, now = post.due_at, database_now()
    try:
        problems = autosave(post, values, version=version, actor=current_actor(), now=now)
    except Stale:
        db.session.rollback()
        return jsonify(ok=False, stale=True, **standing.as_it_stands(post)), 409
    db.session.commit()
    if post.state == "scheduled" and post.due_at != due:
        enqueue.plan_changed()
    return jsonify(_saved(post, values, problems, now))


@blueprint.post("/preview")
@member_required
@answers_json
def preview() -> ResponseReturnValue:
    """What stands beside the text, for the values on the page; nothing is kept."""
    actor, body = current_actor(), _body()
    db.session.commit()
    # From here on it only reads: no writer has to wait for it.
    stop_writing()
    values = forms.from_json(body)
    post = post_of(body["uuid"]) if body.get("uuid") else None
    team = post.team if post else team_of(values.get("streams") or ())
    beside = page.beside(post, values, team=team, actor=actor, now=database_now())
    return render_template("posts/beside.html", **beside)


@blueprint.get("/slots")
@member_required
def slots() -> ResponseReturnValue:
    """The three next free slots of the first of `streams=a+b`, each with what speaks for it."""
    handles = request.args.get("streams", "").replace("+", " ").split()
    beside = page.beside(
        None, {"streams": handles}, team=team_of(handles), actor=current_actor(), now=database_now()
    )
    return render_template("posts/slots.html", **beside)


@blueprint.get("/<uuid:number>/deliveries")
@member_required
def deliveries(number: Any) -> ResponseReturnValue:
    """Where the post stands and what became of each delivery; the page asks again while something is under way."""
    stands = standing.standing(post_of(number), current_actor(), now=database_now())
    return render_template("posts/standing.html", **stands)


def _refusal(status: int, **told: Any) -> ResponseReturnValue:
    db.session.rollback()
    return jsonify(ok=False, **told), status


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Refused({"form": say(forms.MALFORMED)})
    return body


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
