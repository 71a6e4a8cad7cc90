"""The team's page: who is in it, with which role, and who has been invited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from calendar_app import links, ways_back
from calendar_app.errors import Refused
from calendar_app.extensions import db, limiter
from calendar_app.people import forms, inviting, writing_rules
from calendar_app.people.models import Link, Member, Person, Team
from calendar_app.people.roles import scoped
from calendar_app.people.shown_times import shown
from calendar_app.people.signing_in import current_actor, current_team, member_required
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

blueprint = Blueprint("team", __name__)


@blueprint.get("/team")
@member_required
def show() -> ResponseReturnValue:
    return _page(current_team())


@blueprint.get("/team/invitations")
@member_required
def invited() -> ResponseReturnValue:
    """A page that has answered a form keeps its address; opened anew it is the team's, not an error."""
    return redirect(url_for("team.show"), 303)


@blueprint.post("/team/invitations")
@limiter.limit("60/hour")
@member_required
def invite() -> ResponseReturnValue:
    team = current_team()
    try:
        values = forms.read(request.form, forms.INVITATION)
        token = inviting.invite(current_actor(), team, values["email"], values["role"])
    except Refused as refused:
        db.session.rollback()
        return _page(current_team(), refused.errors, 422)
    db.session.commit()
    made = {"email": values["email"], "address": links.let_in("invitation", token)}
    return _page(team, made=made)


@blueprint.post("/team/rules")
@member_required
def rules() -> ResponseReturnValue:
    team = current_team()
    writing_rules.change(
        current_actor(), team, **{name: name in request.form for name in writing_rules.RULES}
    )
    db.session.commit()
    flash(_("The rules for writing are saved."), "good")
    return _back(team.id)


@blueprint.post("/team/invitations/<int:link_id>/removal")
@member_required
def take_back(link_id: int) -> ResponseReturnValue:
    link = db.session.execute(scoped(Link, current_actor()).where(Link.id == link_id)).scalar_one_or_none()
    if link is None:
        abort(404)
    inviting.take_back(current_actor(), link)
    db.session.commit()
    flash(_("The invitation of %(email)s opens nothing any more.", email=link.person.email), "good")
    return _back(link.team_id)


@blueprint.post("/team/members/<int:member_id>/role")
@member_required
def change_role(member_id: int) -> ResponseReturnValue:
    member = _member(member_id)
    team_id = member.team_id
    try:
        inviting.change_role(current_actor(), member, forms.read(request.form, forms.ROLE)["role"])
    except Refused as refused:
        return _refused(team_id, refused)
    db.session.commit()
    flash(_("%(name)s is %(role)s now.", name=member.person.name, role=role_word(member.role)), "good")
    return _back(team_id)


@blueprint.post("/team/members/<int:member_id>/removal")
@member_required
def remove(member_id: int) -> ResponseReturnValue:
    member = _member(member_id)
    team_id, name, person_id = member.team_id, member.person.name, member.person_id
    try:
        inviting.remove(current_actor(), member)
    except Refused as refused:
        return _refused(team_id, refused)
    oneself = member.person_id == current_actor().person.id
    db.session.commit()
    if oneself:
        flash(_("You have left the team."), "good")
        return redirect(url_for("settings.show"), 303)
    said, way = (
        _("%(name)s is no longer in the team.", name=name),
        url_for("team.restoration", person_id=person_id),
    )
    return ways_back.done(said, _page_of(team_id), back=way)


@blueprint.post("/team/people/<int:person_id>/restoration")
@member_required
def restoration(person_id: int) -> ResponseReturnValue:
    """For an hour, by whoever put somebody out."""
    actor = current_actor()
    removal = inviting.removed_by(actor, person_id, utcnow()) if person_id < 2**31 else None
    person = db.session.get(Person, person_id) if removal else None
    if removal is None or person is None or person.disabled_at is not None:
        abort(404)
    member = inviting.bring_back(actor, removal, person)
    number, team_id = member.id, member.team_id
    db.session.commit()
    said = _(
        "%(name)s is in the team again. Their private calendar address stays switched off.", name=person.name
    )
    return ways_back.done(said, _page_of(team_id), back=url_for("team.remove", member_id=number))


def role_word(role: str) -> str:
    words = {"owner": _("owner"), "editor": _("editor"), "author": _("author"), "viewer": _("viewer")}
    return str(words.get(role, role))


def role_choices() -> list[tuple[str, str, str]]:
    """Each role with what it may do, the least first."""
    return [
        ("viewer", _("Viewer"), _("Sees the plan.")),
        ("author", _("Author"), _("Also writes and schedules posts.")),
        ("editor", _("Editor"), _("Also approves and publishes, and edits streams.")),
        ("owner", _("Owner"), _("Also connects accounts, invites people and sees the record.")),
    ]


def _member(member_id: int) -> Member:
    found: Member | None = db.session.execute(
        scoped(Member, current_actor()).where(Member.id == member_id)
    ).scalar_one_or_none()
    if found is None:
        abort(404)
    return found


def _back(team_id: int | None) -> ResponseReturnValue:
    return redirect(_page_of(team_id), 303)


def _page_of(team_id: int | None) -> str:
    return url_for("team.show", **_named(team_id))


def _named(team_id: int | None) -> dict[str, Any]:
    """`?team=` for those who are in several teams."""
    return {"team": team_id} if team_id is not None and len(current_actor().roles) > 1 else {}


def _refused(team_id: int, refused: Refused) -> ResponseReturnValue:
    db.session.rollback()
    return _page(db.session.get_one(Team, team_id), {"": " ".join(refused.errors.values())}, 422)


def _page(
    team: Team,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    *,
    made: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    actor = current_actor()
    page = render_template(
        "people/team.html",
        team=team,
        teams=[member.team for member in actor.person.memberships],
        query=_named(team.id),
        me_id=actor.person.id,
        may_rule=actor.may("edit streams", team.id),
        may_manage=actor.may("manage people", team.id),
        members=inviting.members(team),
        waiting=inviting.waiting(team, utcnow()),
        roles=role_choices(),
        role_word=role_word,
        shown=shown,
        made=made,
        errors=errors or {},
        typed=forms.typed(request.form, forms.INVITATION) if errors else {},
    )
    return page, status, {"Cache-Control": "no-store"}
