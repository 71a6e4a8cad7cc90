"""The door of steps for many posts at once: from the list's form, or from its script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, jsonify, redirect, request
from werkzeug.urls import iri_to_uri

from calendar_app.enqueue import plan_changed
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.people.signing_in import current_actor, local_path, member_required, wants_json
from calendar_app.planner import loading
from calendar_app.planner.acting import act_on
from calendar_app.planner.asking import day_of
from calendar_app.planner.sheet import zone_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

many = Blueprint("many", __name__)


@many.post("/calendar/many")
@member_required
def act() -> ResponseReturnValue:
    """`posts` (ids), `act`, and where it is to move or to duplicate `days`, or `date` for one day for all."""
    actor = current_actor()
    # Who writes in no team at all is told so at once; else each post says what it allows.
    actor.need("write posts", next((one for one in actor.team_ids if actor.may("write posts", one)), 0))
    posts, step, days, date = _sent()
    try:
        zone, now = zone_of(actor, loading.lanes(actor)), database_now()
        day = day_of(date) if step == "day" and date else None
        done = act_on(posts, step, days=days, day=day, zone=zone, actor=actor, now=now)
    except Refused as error:
        db.session.rollback()
        sentence = " ".join(error.errors.values())
        if wants_json():
            return jsonify(ok=False, sentence=sentence, errors=error.errors), 422
        flash(sentence, "warn")
        return _back()
    sentence, undo = done.sentence, done.undo
    db.session.commit()
    plan_changed()
    if wants_json():
        return jsonify(ok=bool(done.posts), sentence=sentence, posts=done.posts, undo=undo)
    flash(sentence, "warn" if done.outcome.stayed else "good")
    return _back()


def _sent() -> tuple[list[str], str, int, str]:
    if request.is_json:
        body: Any = request.get_json(silent=True)
        sent = body if isinstance(body, dict) else {}
        posts = sent.get("posts")
        posts = posts if isinstance(posts, list) else []
    else:
        sent, posts = request.form, request.form.getlist("post")
    days = str(sent.get("days"))
    number = int(days) if re.fullmatch("-?[0-9]{1,4}", days) else 0
    ids = [str(one) for one in posts if str(one).isprintable()]
    return ids, str(sent.get("act")), number, str(sent.get("date") or "")


def _back() -> ResponseReturnValue:
    here = local_path(request.form.get("here"))
    return redirect(iri_to_uri(here if here.partition("?")[0] == "/calendar" else "/calendar"), 303)
