"""The page of a stream's queue, and filling its gaps."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from calendar_app import ways_back
from calendar_app.enqueue import plan_changed
from calendar_app.errors import Conflict, Refused
from calendar_app.evergreen import pooling
from calendar_app.extensions import database_now, db
from calendar_app.languages import say
from calendar_app.people.roles import scoped
from calendar_app.people.signing_in import current_actor, member_required, wants_json
from calendar_app.planner.asking import day_of
from calendar_app.planner.sheet import midnight
from calendar_app.posts import queueing, saying
from calendar_app.posts.finding import post_of, stream_of
from calendar_app.posts.models import Post
from calendar_app.streams.cadence import BadCadence

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from calendar_app.people.roles import Actor
    from calendar_app.streams.models import Stream

queue = Blueprint("queue", __name__)

WEEKS = (2, 4, 8)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@queue.get("/streams/<handle>/queue")
@member_required
def show(handle: str) -> ResponseReturnValue:
    """`was`: the order before the last step; `made`: the drafts that have just filled gaps. Both can be taken back."""
    stream, now = stream_of(handle), database_now()
    try:
        waiting, problem = queueing.queue_of(stream, now), ""
    except BadCadence as bad:
        waiting, problem = [], bad.sentence
    return render_template(
        "posts/queue.html", stream=stream, queue=waiting, problem=problem, others=queueing.without_time(stream),
        may_write=current_actor().may("write posts", stream.team_id),
        may_edit=current_actor().may("edit streams", stream.team_id), weeks=WEEKS,
        pool=pooling.pool_of(stream),
        was=_uuids(request.args.get("was", "")), made=_uuids(request.args.get("made", "")),
        clock=lambda at: saying.clock(at, stream.timezone, now=now),
    )  # fmt: skip


@queue.post("/streams/<handle>/queue")
@member_required
def reorder(handle: str) -> ResponseReturnValue:
    """`order`: all uuids; or `post` and `step` (first, up, down, last)."""
    moved = request.form.get("post", "")

    def step(stream: Stream, actor: Actor, now: datetime) -> None:
        stands = [post.uuid for post in queueing.queue_of(stream, now)]
        order = _uuids(request.form.get("order", "")) if "order" in request.form else _stepped(stands, moved)
        queueing.reorder(stream, order, actor=actor, now=now)

    return _taken(handle, step, moved)


@queue.post("/streams/<handle>/queue/additions")
@member_required
def add(handle: str) -> ResponseReturnValue:
    """`post`, and `where`: first or last."""
    post = _post(request.form.get("post", ""))
    first = request.form.get("where") == "first"
    return _taken(handle, lambda stream, actor, now: queueing.put(stream, post, first=first, actor=actor, now=now),
                  post.uuid, takes_back=False)  # fmt: skip


@queue.post("/streams/<handle>/queue/removals")
@member_required
def remove(handle: str) -> ResponseReturnValue:
    """`post`, and `close` where those behind it shall move up."""
    post, close = _post(request.form.get("post", "")), "close" in request.form
    return _taken(handle, lambda stream, actor, now: queueing.take_out(stream, post, close=close, actor=actor, now=now),
                  "", takes_back=False)  # fmt: skip


@queue.post("/streams/<handle>/gaps")
@member_required
def fill(handle: str) -> ResponseReturnValue:
    """`weeks` from now on, or the days `from` to before `to`: drafts in all empty slots."""
    stream, now = stream_of(handle), database_now()
    current_actor().need("write posts", stream.team_id)
    since, until = now, now + timedelta(weeks=4)
    if request.form.get("weeks", "") in {str(number) for number in WEEKS}:
        until = now + timedelta(weeks=int(request.form["weeks"]))
    elif "from" in request.form:
        since, until = (
            midnight(day_of(request.form.get(name, "")), stream.timezone) for name in ("from", "to")
        )
    made = [post.uuid for post in queueing.fill_gaps(stream, since, until, actor=current_actor(), now=now)]
    db.session.commit()
    if not made:
        flash(_("No slot is empty there."), "info")
        return redirect(url_for("queue.show", handle=handle), 303)
    told = ngettext("%(num)d draft fills a gap.", "%(num)d drafts fill the gaps.", len(made))
    flash(told, "good")
    return redirect(url_for("queue.show", handle=handle, made="+".join(made)), 303)


@queue.post("/streams/<handle>/gaps/removal")
@member_required
def empty(handle: str) -> ResponseReturnValue:
    """`posts`: the drafts that filled gaps, thrown away in one step as far as nobody has written in them."""
    stream = stream_of(handle)
    current_actor().need("write posts", stream.team_id)
    wanted = _uuids(request.form.get("posts", ""))[: queueing.MOST_FILLED]
    posts = db.session.scalars(
        scoped(Post, current_actor()).where(Post.uuid.in_(wanted)).order_by(Post.id)
    ).all()
    stay = queueing.empty_gaps([post for post in posts if post.home.id == stream.id], actor=current_actor())
    db.session.commit()
    told = _("The drafts are gone.") if not stay else ngettext(
        "%(num)d draft stays, because somebody has written in it.",
        "%(num)d drafts stay, because somebody has written in them.", stay,
    )  # fmt: skip
    flash(told, "good")
    return redirect(url_for("queue.show", handle=handle), 303)


@queue.post("/posts/<uuid:number>/pool")
@member_required
def put_into_pool(number: Any) -> ResponseReturnValue:
    """The post may come again in its home stream."""
    post = post_of(number)
    try:
        pooling.put_in(post, actor=current_actor(), now=database_now())
    except Conflict as conflict:
        db.session.rollback()
        if wants_json():
            raise
        flash(str(conflict), "bad")
        return redirect(url_for("posts.show", number=number), 303)
    db.session.commit()
    said = _("It is in the pool and may come again where a slot stays empty.")
    return _pooled(number, said, "take_out_of_pool")


@queue.post("/posts/<uuid:number>/pool/removal")
@member_required
def take_out_of_pool(number: Any) -> ResponseReturnValue:
    pooling.take_out(post_of(number), actor=current_actor())
    db.session.commit()
    said = _("It is out of the pool and does not come again by itself.")
    return _pooled(number, said, "put_into_pool")


def _pooled(number: Any, said: str, back: str) -> ResponseReturnValue:
    page = url_for("posts.show", number=number)
    return ways_back.done(said, page, back=url_for(f"queue.{back}", number=number))


def _taken(
    handle: str, step: Callable[[Stream, Actor, datetime], None], moved: str, *, takes_back: bool = True
) -> ResponseReturnValue:
    """Take the step and show the queue again, with the focus on what was moved and the order before it."""
    stream, now = stream_of(handle), database_now()
    current_actor().need("write posts", stream.team_id)
    was: list[str] = []
    try:
        was = [post.uuid for post in queueing.queue_of(stream, now)] if takes_back else []
        step(stream, current_actor(), now)
    except (Conflict, BadCadence) as problem:
        db.session.rollback()
        flash(str(problem), "bad")
        return redirect(url_for("queue.show", handle=handle), 303)
    except Refused as refused:
        db.session.rollback()
        flash(" ".join(refused.errors.values()), "bad")
        return redirect(url_for("queue.show", handle=handle), 303)
    db.session.commit()
    plan_changed()
    address = url_for("queue.show", handle=handle, was="+".join(was) or None)
    place = f"#q-{moved}" if _UUID.fullmatch(moved) else ""
    return redirect(address + place, 303)


def _stepped(stands: list[str], moved: str) -> list[str]:
    if moved not in stands:
        raise Conflict(say("The queue has changed meanwhile. Here it is as it stands now."))
    place = stands.index(moved)
    wanted = {"first": 0, "up": place - 1, "down": place + 1, "last": len(stands) - 1}.get(
        request.form.get("step", ""), place
    )
    rest = [one for one in stands if one != moved]
    wanted = min(max(wanted, 0), len(rest))
    return [*rest[:wanted], moved, *rest[wanted:]]


def _uuids(text: str) -> list[str]:
    return list(dict.fromkeys(_UUID.findall(text[:20_000])))


def _post(text: str) -> Any:
    wanted = scoped(Post, current_actor()).where(Post.uuid == (text if _UUID.fullmatch(text) else ""))
    found: Post | None = db.session.scalar(wanted)
    return found or abort(404)
