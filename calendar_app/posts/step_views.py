"""The steps of a post, each its own noun: what the form says is saved first, then the step is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from calendar_app import enqueue, ways_back
from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import database_now, db
from calendar_app.helping.first_steps import is_first_planned
from calendar_app.people.signing_in import current_actor, member_required, wants_json
from calendar_app.planner import loading
from calendar_app.planner.sheet import zone_of
from calendar_app.posts import saying, scheduling
from calendar_app.posts.drafting import discard
from calendar_app.posts.duplicating import duplicate
from calendar_app.posts.finding import post_of
from calendar_app.posts.forms import allow_long_texts
from calendar_app.posts.next_up import way_on, way_to_plan
from calendar_app.posts.publishing import publish_now
from calendar_app.posts.restoring import removal_of, restore
from calendar_app.posts.reviewing import approve, send_for_review, take_back, want_changes
from calendar_app.posts.views import keeps_text, save_then
from calendar_app.posts.withdrawing import withdraw
from calendar_app.ways_on import tell

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from calendar_app.posts.models import Post

blueprint = Blueprint("post_steps", __name__, url_prefix="/posts")
blueprint.url_value_preprocessor(allow_long_texts)


@blueprint.post("/<uuid:number>/schedule")
@keeps_text
def schedule(number: Any) -> ResponseReturnValue:
    """`slot=next` takes the next free slot of the home stream; else the form's own time counts."""
    step = _schedule_in_next_slot if request.form.get("slot") == "next" else _schedule
    return _take(number, step)


@blueprint.post("/<uuid:number>/schedule/removal")
@keeps_text
def unschedule(number: Any) -> ResponseReturnValue:
    return _take(number, _unschedule)


@blueprint.post("/<uuid:number>/review")
@keeps_text
def review(number: Any) -> ResponseReturnValue:
    return _take(number, _review)


@blueprint.post("/<uuid:number>/review/removal")
@keeps_text
def end_review(number: Any) -> ResponseReturnValue:
    return _take(number, _take_back)


@blueprint.post("/<uuid:number>/approval")
@keeps_text
def approval(number: Any) -> ResponseReturnValue:
    return _take(number, _approve)


@blueprint.post("/<uuid:number>/approval/removal")
@keeps_text
def end_approval(number: Any) -> ResponseReturnValue:
    return _take(number, _take_back)


@blueprint.post("/<uuid:number>/wish")
@keeps_text
def wish(number: Any) -> ResponseReturnValue:
    """Sent back to its author; `wish` says in a sentence what should change."""
    return _take(number, _want_changes)


@blueprint.post("/<uuid:number>/publication")
@keeps_text
def publication(number: Any) -> ResponseReturnValue:
    answer = _take(number, _publish)
    enqueue.wake("publish")
    return answer


@blueprint.post("/<uuid:number>/withdrawal")
@keeps_text
def withdrawal(number: Any) -> ResponseReturnValue:
    answer = _take(number, _withdraw)
    enqueue.wake("publish")
    return answer


@blueprint.post("/<uuid:number>/copy")
@keeps_text
def copy(number: Any) -> ResponseReturnValue:
    """A new draft with the same words in the same places, without a time."""
    return _take(number, _copy)


@blueprint.post("/<uuid:number>/removal")
@member_required
def removal(number: Any) -> ResponseReturnValue:
    """Thrown away at once; the page that follows offers to take it back."""
    post = post_of(number)
    said = _("“%(title)s” is thrown away.", title=post.title or _("Untitled"))
    discard(post, actor=current_actor())
    db.session.commit()
    page = url_for("post_steps.removed", number=number)
    if wants_json():
        return ways_back.done(said, page, back=url_for("post_steps.restoration", number=number))
    return redirect(page, 303)


@blueprint.get("/<uuid:number>/removal")
@member_required
def removed(number: Any) -> ResponseReturnValue:
    found = removal_of(str(number), current_actor())
    if found is None:
        abort(404)
    return render_template("posts/removed.html", number=number, before=found.before or {}, removal=found.id)


@blueprint.post("/<uuid:number>/restoration")
@member_required
def restoration(number: Any) -> ResponseReturnValue:
    found = removal_of(str(number), current_actor())
    if found is None:
        abort(404)
    problems = restore(found, actor=current_actor(), now=database_now())
    db.session.commit()
    if wants_json():
        said, page = _("The post is back, as a draft."), url_for("posts.show", number=number)
        told = " ".join([said, *problems.values()])
        return ways_back.done(told, page, back=url_for("post_steps.removal", number=number))
    flash(_("The post is back, as a draft."), "good")
    for sentence in problems.values():
        flash(sentence, "warn")
    return redirect(url_for("posts.show", number=number), 303)


def _take(number: Any, step: Callable[[Post, datetime], str]) -> ResponseReturnValue:
    return save_then(post_of(number), lambda post: step(post, database_now()))


def _schedule(post: Post, now: datetime) -> str:
    scheduling.schedule(post, actor=current_actor(), now=now)
    said = _scheduled(post, now)
    if is_first_planned(post):
        said += " " + str(_("It is your first, and goes out by itself: nobody need be here. What becomes of it "
                            "stands on this page, and in the calendar on its day."))  # fmt: skip
    zone = zone_of(current_actor(), loading.lanes(current_actor()))
    tell(said, *filter(None, (way_on(post, now), way_to_plan(post, zone))))
    return _page(post)


def _schedule_in_next_slot(post: Post, now: datetime) -> str:
    if post.state not in scheduling.SCHEDULABLE:
        raise Conflict(_("This post cannot be scheduled any more. Load its page again."))
    current_actor().need("schedule posts", post.team_id)
    scheduling.take_next_slot(post, now=now)
    return _schedule(post, now)


def _unschedule(post: Post, now: datetime) -> str:
    scheduling.unschedule(post, actor=current_actor(), now=now)
    flash(_("Back to draft. It does not go out; readers who saw the plan are told that it is off."), "good")
    return _page(post)


def _review(post: Post, now: datetime) -> str:
    send_for_review(post, actor=current_actor(), now=now)
    flash(_("Sent for review. Whoever approves it is told."), "good")
    return _page(post)


def _approve(post: Post, now: datetime) -> str:
    approve(post, actor=current_actor(), now=now)
    if post.state == "approved":
        flash(_("Approved. It can be scheduled now."), "good")
    else:
        flash(_("You have approved it. Whoever is next is told."), "good")
    return _page(post)


def _want_changes(post: Post, now: datetime) -> str:
    want_changes(post, request.form.get("wish", ""), actor=current_actor(), now=now)
    flash(_("Sent back. Its author is told what should change."), "good")
    return _page(post)


def _take_back(post: Post, now: datetime) -> str:
    take_back(post, actor=current_actor(), now=now)
    flash(_("Back to draft."), "good")
    return _page(post)


def _publish(post: Post, now: datetime) -> str:
    publish_now(post, actor=current_actor(), now=now)
    flash(_("Published. %(places)s", places=_to_places(post)), "good")
    return _page(post)


def _withdraw(post: Post, now: datetime) -> str:
    withdraw(post, actor=current_actor(), now=now)
    flash(_("Withdrawn. Places that can take it back are being told."), "good")
    return _page(post)


def _copy(post: Post, now: datetime) -> str:
    made = duplicate(post, actor=current_actor(), now=now)
    flash(_("This is the copy. It has no time yet."), "good")
    return _page(made)


def _scheduled(post: Post, now: datetime) -> str:
    """When, where, to how many places."""
    if post.due_at is None or post.timezone is None:
        raise Refused({"publish_at": _("Choose when it goes out.")})
    when = saying.moment(post.due_at, post.timezone, now=now)
    return str(_("Scheduled for %(when)s. %(places)s", when=when, places=_to_places(post)))


def _to_places(post: Post) -> str:
    streams = ", ".join(stream.name for stream in post.streams)
    number = len(post.targets)
    if not number:
        return str(_("It goes to %(streams)s on this site and in its feeds.", streams=streams))
    places = ngettext("%(num)d place", "%(num)d places", number)
    return str(_("It goes to %(streams)s and from there to %(places)s.", streams=streams, places=places))


def _page(post: Post) -> str:
    return url_for("posts.show", number=post.uuid)


STEPS: dict[str, Callable[[Post, datetime], str]] = {
    "schedule": _schedule,
    "next slot": _schedule_in_next_slot,
    "review": _review,
    "approve": _approve,
    "publish": _publish,
}
