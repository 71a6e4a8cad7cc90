"""Members' pages of streams: the list, the form with its preview, archive and revival."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from calendar_app import ways_back
from calendar_app.channels.models import Account
from calendar_app.channels.registry import ADAPTERS
from calendar_app.enqueue import plan_changed
from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import database_now, db
from calendar_app.languages import OF_POSTS, say
from calendar_app.people.models import Member, Person, Team
from calendar_app.people.roles import scoped
from calendar_app.people.signing_in import (
    current_actor,
    current_team,
    member_required,
    team_named,
    wants_json,
)
from calendar_app.posts import saying
from calendar_app.posts.checking import Findings
from calendar_app.posts.next_up import next_gap
from calendar_app.reasons import retell
from calendar_app.snippets.keeping import of_team
from calendar_app.snippets.models import PostTemplate
from calendar_app.streams import checking_breaks, editing, forms, listing
from calendar_app.streams.breaks import Breaks, breaks_of
from calendar_app.streams.cadence import BadCadence, parse_cadence
from calendar_app.streams.models import HUES, Stream
from calendar_app.times import TimeProblem, known_zone, utcnow
from calendar_app.ways_on import tell

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from calendar_app.ways_on import Way

streams = Blueprint("streams", __name__)

# Promises that many streams make; shown in the asker's language.
EXAMPLES = ("every weekday at 09:00", "weekly on Tue and Thu at 10:00", "weekly on Fri at 12:00",
            "monthly on the first Monday at 09:00")  # fmt: skip


@streams.get("/streams")
@member_required
def index() -> ResponseReturnValue:
    actor, now = current_actor(), utcnow()
    return render_template(
        "streams/list.html",
        rows=listing.rows(actor, now),
        archived=listing.rows(actor, now, archived=True),
        several_teams=len(actor.team_ids) > 1,
        may_edit=lambda stream: actor.may("edit streams", stream.team_id),
        may_begin=any(actor.may("edit streams", team) for team in actor.team_ids),
        clock=lambda row: saying.moment(row.slot, row.stream.timezone, now=now),
    )


@streams.get("/streams/new")
@member_required
def new() -> ResponseReturnValue:
    team = _team_to_begin_in()
    current_actor().need("edit streams", team.id)
    return _form(None, forms.blank(current_actor().person, team_id=team.id), team)


@streams.post("/streams/new")
@member_required
def make() -> ResponseReturnValue:
    actor = current_actor()
    try:
        stream = editing.make_stream(
            forms.changes_from(request.form, new=True), actor=actor, now=database_now()
        )
    except Refused as refused:
        db.session.rollback()
        return _form(None, forms.typed_from(request.form), _team_asked(), refused.errors)
    said = _(
        "“%(name)s” is open. Readers find it at /streams/%(handle)s.", name=stream.name, handle=stream.handle
    )
    tell(said, *_ways_on(stream))
    db.session.commit()
    return redirect(url_for("streams.index"), 303)


@streams.get("/streams/slots")
@member_required
def slots() -> ResponseReturnValue:
    """The cadence in words and its next five slots, for the form while one types."""
    return render_template("streams/_slots.html", **_preview(forms.typed_from(request.args)))


@streams.get("/streams/<handle>/edit")
@member_required
def edit(handle: str) -> ResponseReturnValue:
    stream = _stream(handle)
    current_actor().need("edit streams", stream.team_id)
    return _form(stream, forms.typed_of(stream), stream.team)


@streams.post("/streams/<handle>/edit")
@member_required
def save(handle: str) -> ResponseReturnValue:
    stream = _stream(handle)
    changes = forms.changes_from(request.form, new=False)
    try:
        editing.edit_stream(stream, changes, actor=current_actor(), now=database_now())
    except Refused as refused:
        db.session.rollback()
        return _form(stream, forms.typed_from(request.form), stream.team, refused.errors)
    return _done(stream, _("“%(name)s” is saved.", name=stream.name))


@streams.post("/streams/<handle>/archive")
@member_required
def archive(handle: str) -> ResponseReturnValue:
    stream = _stream(handle)
    try:
        editing.archive(stream, actor=current_actor(), now=database_now())
    except Conflict as conflict:
        db.session.rollback()
        if wants_json():
            raise
        flash(str(conflict), "bad")
        return redirect(url_for("streams.index"), 303)
    told = _(
        "“%(name)s” is archived. Its feed stays readable; below you can take it up again.", name=stream.name
    )
    return _turned(stream, told, "revive")


@streams.post("/streams/<handle>/revival")
@member_required
def revive(handle: str) -> ResponseReturnValue:
    stream = _stream(handle)
    editing.revive(stream, actor=current_actor(), now=database_now())
    return _turned(stream, _("“%(name)s” is in use again.", name=stream.name), "archive")


def _stream(handle: str) -> Stream:
    """A stream of the asker's teams; anybody else's is as good as none."""
    found: Stream | None = db.session.scalar(scoped(Stream, current_actor()).where(Stream.handle == handle))
    return found or abort(404)


def _done(stream: Stream, sentence: str) -> ResponseReturnValue:
    db.session.commit()
    # Scheduled posts follow the accounts of their streams.
    plan_changed()
    flash(sentence, "good")
    return redirect(url_for("streams.index"), 303)


def _turned(stream: Stream, said: str, back: str) -> ResponseReturnValue:
    db.session.commit()
    plan_changed()
    way = url_for(f"streams.{back}", handle=stream.handle)
    return ways_back.done(said, url_for("streams.index"), back=way)


def _ways_on(stream: Stream) -> tuple[Way, Way]:
    """From a new stream: its first post, at the first time that it promises, or one more stream."""
    now = database_now()
    gap = next_gap([stream], now, now)
    first: Way = {"label": _("Plan its first post"), "href": f"/posts/new?stream={stream.handle}"}
    if gap:
        first["href"] = gap.address
    return first, {"label": _("Make another stream"), "href": url_for("streams.new", team=stream.team_id)}


def _form(
    stream: Stream | None, typed: dict[str, Any], team: Team, errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    actor = current_actor()
    mine = sa.select(Team).where(Team.id.in_(actor.team_ids)).order_by(Team.name)
    teams = [one for one in db.session.scalars(mine) if actor.may("edit streams", one.id)]
    page = render_template(
        "streams/form.html", stream=stream, typed=typed, errors=errors or {}, team=team, teams=teams, hues=HUES,
        people=_people(team), account_choices=_account_choices(team), zones=_zones(), languages=OF_POSTS,
        examples=[parse_cadence(one).words for one in EXAMPLES],
        templates=[(one.id, one.name) for one in of_team(PostTemplate, team.id)],
        **_preview(typed),
    )  # fmt: skip
    return page, 422 if errors else 200


def _preview(typed: dict[str, Any]) -> dict[str, Any]:
    """`cadence_words`, `slots` as wall clock times, or `cadence_problem`; breaks that are wrong are passed over."""
    zone = str(typed["timezone"])
    told: dict[str, Any] = {"cadence_words": "", "slots": [], "cadence_problem": "", "slot_zone": zone}
    try:
        cadence = replace(parse_cadence(str(typed["cadence"])), breaks=_breaks(typed))
        known_zone(zone)
    except (BadCadence, TimeProblem) as problem:
        return {**told, "cadence_problem": problem.sentence}
    now = utcnow()
    found = listing.upcoming(cadence, zone, now)
    return {
        **told,
        "cadence_words": cadence.words,
        "slots": [saying.clock(at, zone, now=now) for at in found],
    }


def _breaks(typed: dict[str, Any]) -> Breaks:
    found = Findings()
    read = {name: getattr(checking_breaks, name)(typed.get(name) or [], found) for name in forms.ROWS}
    return breaks_of(SimpleNamespace(cadence=(), **read))


def _team_to_begin_in() -> Team:
    """The team of the address, else the first in which the asker may make streams."""
    actor = current_actor()
    allowed = [number for number in actor.team_ids if actor.may("edit streams", number)]
    if "team" in request.args or not allowed:
        return current_team()
    return db.session.get_one(Team, allowed[0])


def _team_asked() -> Team:
    """The team named in the form if the asker is in it: its people and accounts are offered again."""
    return team_named(request.form.get("team", "")) or _team_to_begin_in()


def _people(team: Team) -> list[tuple[int, str]]:
    found = db.session.execute(
        sa.select(Person.id, Person.name)
        .join(Member, Member.person_id == Person.id)
        .where(Member.team_id == team.id, Person.disabled_at.is_(None))
        .order_by(sa.func.lower(Person.name), Person.id)
    )
    return [(number, name) for number, name in found]


def _account_choices(team: Team) -> list[tuple[int, str, str]]:
    """(id, name, channel and what is wrong with it)."""
    living = sa.select(Account).where(Account.team_id == team.id, Account.deleted_at.is_(None))
    found = db.session.scalars(living.order_by(sa.func.lower(Account.name), Account.id))
    return [
        (one.id, one.name, " ".join(filter(None, (_channel_name(one.channel), retell(one.state_reason)))))
        for one in found
    ]


def _channel_name(kind: str) -> str:
    return f"{say(ADAPTERS[kind].name)}." if kind in ADAPTERS else f"{kind}."


@cache
def _zones() -> list[str]:
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")) + [
        "UTC"
    ]
