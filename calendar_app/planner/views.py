"""The calendar's door: pages, the fragments they load, and moving a post."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, session
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.urls import iri_to_uri

from calendar_app.agreeing.rules import open_wish
from calendar_app.channels.outcomes import on_the_way, why_late
from calendar_app.enqueue import plan_changed
from calendar_app.errors import Conflict, NotAllowed, Refused, Stale
from calendar_app.extensions import database_now, db
from calendar_app.helping.first_steps import first_steps
from calendar_app.languages import capital, in_words, say
from calendar_app.people.roles import scoped
from calendar_app.people.signing_in import current_actor, member_required, wants_json, wants_page
from calendar_app.planner import keeping, loading, parts
from calendar_app.planner.asking import STATES, Asked, asked, day_of
from calendar_app.planner.month import cell
from calendar_app.planner.moving import Moved, move_post
from calendar_app.planner.plan import MOVABLE
from calendar_app.planner.rows import MOST_NOTES
from calendar_app.planner.sheet import MOST_NEEDS, Sheet, sheet, zone_of
from calendar_app.posts.models import Post
from calendar_app.posts.saying import lateness
from calendar_app.series.showing import part_of
from calendar_app.times import LostZone, rfc3339, to_wall, utcnow

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

    from calendar_app.people.roles import Actor
    from calendar_app.planner.plan import Placed

planner = Blueprint("planner", __name__)

TEMPLATES = {"month": "month", "week": "hours", "day": "hours", "list": "list", "streams": "streams"}
# With the sums of what a page shows it is sent what differs; with anything else the plan without its frame.
KNOWN = "Sluice-Plan"
# A cookie that the page itself writes: whether the posts without a time are shown. So nothing moves when it opens.
TRAY, NEEDS = "tray", "needs"
# Of one stream on one day; the day's own view has all.
MOST_IN_ROW = 100


@planner.get("/calendar")
@member_required
def calendar() -> ResponseReturnValue:
    actor = current_actor()
    lanes = loading.lanes(actor)
    now = utcnow()
    if all(lane.archived for lane in lanes):
        return render_template("planner/empty.html", may_begin=_may_begin(actor), since=rfc3339(now))
    if not request.query_string and (opening := keeping.opening(actor)):
        return redirect(iri_to_uri(opening), 303)
    zone = zone_of(actor, lanes)
    wanted = _sorted_as_before(asked(request.args, now.astimezone(ZoneInfo(zone)).date(), lanes))
    known = request.headers.get(KNOWN)
    html = render_template(
        f"planner/{TEMPLATES[wanted.view]}.html",
        **_words(sheet(wanted, actor, lanes, now=now)),
        layout="layouts/member.html" if known is None else "planner/_part.html",
        people=loading.people(actor),
        saved=keeping.shown_to(actor),
        steps=first_steps(actor, now),
        since=rfc3339(now),
        peek=Markup(_beside(actor, wanted.post, zone)) if wanted.post else None,  # noqa: S704  (our own template)
    )
    return _what_differs(html, known) if known else parts.with_sums(html)


@planner.get("/calendar/days/<day>")
@member_required
def day_rest(day: str) -> ResponseReturnValue:
    """The posts and gaps of one day that its cell in the month had no room for; with `of`, all of one stream."""
    actor = current_actor()
    lanes = loading.lanes(actor)
    wanted = replace(asked(request.args, day_of(day), lanes), view="day", day=day_of(day))
    page = sheet(wanted, actor, lanes, now=utcnow())
    if (of := request.args.get("of")) is not None:
        return render_template("planner/_row_day.html", **_words(page), posts=_of_stream(page, of), handle=of)
    shown = cell(page.plan, wanted.day, today=page.today)
    posts = page.plan.posts.get(wanted.day, ())[len(shown.posts) :]
    gaps = [one for one in page.plan.gaps.get(wanted.day, ()) if not one.past][len(shown.gaps) :]
    return render_template("planner/_rest.html", **_words(page), posts=posts, gaps=gaps)


@planner.get("/calendar/tray")
@member_required
def tray_rest() -> ResponseReturnValue:
    """More of the posts without a time: those after the first `skip`."""
    actor = current_actor()
    lanes = loading.lanes(actor)
    now = utcnow()
    today = now.astimezone(ZoneInfo(zone_of(actor, lanes))).date()
    page = sheet(replace(asked(request.args, today, lanes), view="day"), actor, lanes, now=now)
    return render_template("planner/_tray_rows.html", **_words(page))


@planner.get("/posts/<uuid:number>/peek")
@member_required
def peek(number: Any) -> ResponseReturnValue:
    """One post beside the plan: a fragment for scripts, else the calendar with the post open."""
    actor = current_actor()
    post = _post(actor, str(number))
    zone = zone_of(actor, loading.lanes(actor))
    if wants_page():
        day = to_wall(post.due_at, zone).date() if post.due_at else utcnow().astimezone(ZoneInfo(zone)).date()
        return redirect(Asked("month", day).address(post=post.uuid), 303)
    return _beside(actor, post.uuid, zone)


@planner.post("/posts/<uuid:number>/move")
@member_required
def move(number: Any) -> ResponseReturnValue:
    """`date` and `version`, as JSON or as a form; the clock stays, the day changes."""
    actor = current_actor()
    post = _post(actor, str(number))
    zone = zone_of(actor, loading.lanes(actor))
    sent = request.get_json(silent=True) if request.is_json else request.form
    if not isinstance(sent, dict) and request.is_json:
        sent = {}
    try:
        day, version = _wanted(sent)
        moved = move_post(post, day, version=version, actor=actor, now=database_now(), shown_in=zone)
        title, state, new = post.title or _("Untitled"), post.state, post.version
        db.session.commit()
    except (Refused, Stale, Conflict, NotAllowed) as error:
        if not wants_json():
            raise
        return _refusal(error)
    if state == "scheduled":
        plan_changed()
    sentence = _("Moved “%(title)s” to %(when)s", title=title, when=_when(moved))
    if not wants_json():
        flash(sentence, "good")
        return redirect(Asked("month", day).address(), 303)
    return jsonify(
        ok=True,
        sentence=sentence,
        version=new,
        undo=moved.was and {"date": moved.was.isoformat(), "version": new},
    )


def _sorted_as_before(wanted: Asked) -> Asked:
    """A list is sorted as the person last chose."""
    if "sort" in request.args:
        if wanted.view == "list" and session.get("sort") != wanted.sort:
            session["sort"] = wanted.sort
        return wanted
    return replace(wanted, sort=session.get("sort", wanted.sort))


def _what_differs(html: str, known: str) -> ResponseReturnValue:
    changed = parts.changed(html, known)
    if changed is None:
        return parts.with_sums(html)
    return "\n".join(changed), {"Sluice-Sums": parts.cut(html).sums}


def _words(page: Sheet) -> dict[str, Any]:
    """What the templates of a plan need besides the sheet itself."""
    return {
        "sheet": page,
        "asked": page.asked,
        "states": STATES,
        "most_needs": MOST_NEEDS,
        "most_notes": MOST_NOTES,
        "most_in_row": MOST_IN_ROW,
        "tray_open": request.cookies.get(TRAY) == "open",
        "needs_open": request.cookies.get(NEEDS) == "open",
        "unknown_streams": _unknown(page),
        "lost_lanes": [
            lane for lane in page.lanes if isinstance(lane.timezone, LostZone) and not lane.archived
        ],
    }


def _of_stream(page: Sheet, handle: str) -> list[Placed]:
    """What the stream has on the day of the page, in its own colour."""
    lane = next((one for one in page.plan.lanes if one.handle == handle), None)
    posts = page.plan.posts.get(page.asked.day, ())
    return [one._replace(lane=lane) for one in posts if lane and lane.id in one.entry.streams]


def _unknown(page: Sheet) -> list[str]:
    known = {lane.handle for lane in page.lanes}
    return [handle for handle in page.asked.streams or () if handle not in known]


def _may_begin(actor: Actor) -> bool:
    return any(actor.may("edit streams", team_id) for team_id in actor.team_ids)


def _post(actor: Actor, uuid: str) -> Post:
    found: Post | None = db.session.scalar(scoped(Post, actor).where(Post.uuid == uuid))
    if found is None:
        abort(404)
    return found


def _beside(actor: Actor, uuid: str, zone: str) -> str:
    return render_template("planner/_peek.html", **_peek(actor, uuid, zone))


def _peek(actor: Actor, uuid: str, zone: str) -> dict[str, Any]:
    post = _post(actor, uuid)
    outcomes = [row for row in post.deliveries if row.action == "publish"]
    may_write = actor.may("write posts", post.team_id)
    return {
        "post": post,
        "zone": zone,
        "local": to_wall(post.due_at, post.timezone or zone) if post.due_at else None,
        "shown": to_wall(post.due_at, zone) if post.due_at else None,
        "out_at": to_wall(post.published_at, post.timezone or zone) if post.published_at else None,
        "state": loading.shown_state(
            post.state, [row.state for row in outcomes], wished=open_wish(post) is not None
        ),
        "outcomes": outcomes,
        "series_part": part_of(post),
        "late": _late(post),
        "on_the_way": on_the_way,
        "movable": may_write and post.state in MOVABLE,
        "may_write": may_write,
    }


def _late(post: Post) -> str:
    """How late it went out, and why; nothing where it was on time."""
    why = why_late(post)
    if not why or not post.published_at or not post.due_at:
        return ""
    late = lateness(round((post.published_at - post.due_at).total_seconds() * 1000))
    return f"{capital(late)}. {why}"


def _wanted(sent: Any) -> tuple[date, int]:
    text = str(sent.get("version", ""))
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Refused({"version": say("Say which version of the post you moved. Load the page again.")})
    return day_of(str(sent.get("date", ""))), int(text)


def _refusal(error: Refused | Stale | Conflict | NotAllowed) -> ResponseReturnValue:
    db.session.rollback()
    if isinstance(error, Refused):
        return jsonify(ok=False, sentence=" ".join(error.errors.values()), errors=error.errors), 422
    return jsonify(ok=False, sentence=str(error)), 403 if isinstance(error, NotAllowed) else 409


def _when(moved: Moved) -> str:
    return in_words(moved.local, "EEE d MMM, HH:mm")
