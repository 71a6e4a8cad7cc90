"""The door for what is done in the calendar itself, and what it says about a place while a post hovers over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from calendar_app.enqueue import plan_changed
from calendar_app.errors import NotAllowed, Refused
from calendar_app.extensions import database_now, db
from calendar_app.languages import in_words
from calendar_app.people.signing_in import current_actor, member_required
from calendar_app.planner import hovering, loading, pointing, stepping, telling
from calendar_app.planner.sheet import zone_of
from calendar_app.posts.finding import post_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from calendar_app.planner.stepping import Done, Outcome

steps = Blueprint("planner_steps", __name__)


@steps.post("/posts/steps")
@member_required
def take() -> ResponseReturnValue:
    """`acts`: what is done to which posts, each with the version that was looked at (see planner/stepping.py).

    Answers per post what became of it, and for each that changed the act that takes it back.
    """
    actor = current_actor()
    try:
        # Who writes in no team at all is told so at once; else each post says what it allows.
        actor.need("write posts", next((one for one in actor.team_ids if actor.may("write posts", one)), 0))
        zone = _zone()
        acts = pointing.acts(request.get_json(silent=True), zone)
        outcome = stepping.take(acts, actor=actor, now=database_now(), zone=zone)
        answer, status = _told(outcome), _status(outcome)
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        return jsonify(ok=False, sentence=" ".join(refused.errors.values()), errors=refused.errors), 422
    except NotAllowed as refusal:
        db.session.rollback()
        return jsonify(ok=False, sentence=str(refusal)), 403
    if outcome.done:
        plan_changed()
    return jsonify(answer), status


@steps.get("/posts/<uuid:number>/landing")
@member_required
def landing(number: Any) -> ResponseReturnValue:
    """What a post would meet at a place of the plan: when that is, and what is in the way.

    The place is `at`, `date` or `days`, with `to` and `of` in another stream.
    """
    post, zone = post_of(number), _zone()
    try:
        where, into = (
            pointing.where(request.args, zone),
            (request.args.get("to", ""), request.args.get("of", "")),
        )
        found = hovering.hover(post, where, into=into, zone=zone, now=database_now())
    except Refused as refused:
        return jsonify(ok=True, when="", warnings=list(refused.errors.values()))
    finally:
        db.session.rollback()
    return jsonify(ok=True, when=in_words(found.local, "EEE d MMM, HH:mm"), warnings=found.warnings)


def _zone() -> str:
    actor = current_actor()
    return zone_of(actor, loading.lanes(actor))


def _told(outcome: Outcome) -> dict[str, Any]:
    return {
        "ok": bool(outcome.done),
        "sentence": telling.in_words(outcome),
        "done": [_told_done(one) for one in outcome.done],
        "stayed": [{"id": one.uuid, "title": one.title, "sentence": one.sentence} for one in outcome.stayed],
    }


def _told_done(one: Done) -> dict[str, Any]:
    back = one.back and {
        "do": one.back.do,
        "id": one.back.uuid,
        "version": one.back.version,
        "at": one.back.at,
        "streams": one.back.streams,
    }
    return {"of": one.of, "id": one.uuid, "version": one.version, "back": back}


def _status(outcome: Outcome) -> int:
    """Of a step that did nothing, the reason of its first post; whatever else stayed is told in the answer."""
    return 200 if outcome.done else outcome.stayed[0].status
