"""A person's own page: name, zone, language, password, sessions, keys and private feed addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from flask_limiter.util import get_remote_address

from calendar_app import links
from calendar_app.errors import Refused
from calendar_app.extensions import db, limiter
from calendar_app.people import api_tokens, audit, forms, passwords, personal_feeds, sessions, signing_in
from calendar_app.people.models import ApiToken, Member, PersonalFeed, Session, Site
from calendar_app.people.proving import prove
from calendar_app.people.shown_times import browser_name, shown
from calendar_app.people.signing_in import current_actor, member_required
from calendar_app.people.throttling import TooManyTries
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from calendar_app.people.models import Person

blueprint = Blueprint("settings", __name__, url_prefix="/settings")


@blueprint.get("")
@member_required
def show() -> ResponseReturnValue:
    return _page()


@blueprint.post("/profile")
@member_required
def save_profile() -> ResponseReturnValue:
    try:
        values = forms.read(request.form, forms.PROFILE)
    except Refused as refused:
        return _page(refused.errors, 422, typed=forms.typed(request.form, forms.PROFILE))
    person = current_actor().person
    person.name, person.timezone, person.locale = values["name"], values["timezone"], values["locale"]
    # The answer already speaks the language that was chosen.
    refresh()
    return _saved(_("Your name, time zone and language are saved."))


@blueprint.post("/password")
@limiter.limit("20/minute")
@member_required
def change_password() -> ResponseReturnValue:
    person = current_actor().person
    try:
        person = _change_password(person)
    except Refused as refused:
        return _page(refused.errors, 422)
    except TooManyTries as tries:
        return _page({"current": str(tries)}, 429)
    audit.record("password changed", f"person {person.id}", actor=current_actor())
    signing_in.renew(person)
    return _saved(_("Your password is changed. You have been signed out everywhere else."))


@blueprint.post("/sessions/<int:session_id>/end")
@member_required
def end_session(session_id: int) -> ResponseReturnValue:
    row = _own(Session, session_id)
    sessions.end(row, utcnow())
    audit.record("session ended", f"session {row.id}", actor=current_actor())
    return _saved(_("That browser is signed out."))


@blueprint.post("/sessions/others/end")
@member_required
def end_other_sessions() -> ResponseReturnValue:
    actor = current_actor()
    ended = sessions.end_all(actor.person, utcnow(), but=signing_in.current_session_id())
    audit.record("sessions ended", f"person {actor.person.id}", actor=actor, after={"ended": ended})
    return _saved(_("You are signed out everywhere else."))


@blueprint.post("/tokens")
@limiter.limit("30/hour")
@member_required
def make_token() -> ResponseReturnValue:
    try:
        values = forms.read(request.form, forms.API_TOKEN)
        days = int(values["days"]) if values["days"].isascii() and values["days"].isdigit() else 0
        token = api_tokens.create(current_actor().person, values["token_name"], values["scope"], days=days)
    except Refused as refused:
        db.session.rollback()
        errors = {"token_name" if name == "name" else name: text for name, text in refused.errors.items()}
        return _page(errors, 422, typed=forms.typed(request.form, forms.API_TOKEN))
    db.session.commit()
    return _page(new_token=token)


@blueprint.post("/tokens/<int:token_id>/revocation")
@member_required
def revoke_token(token_id: int) -> ResponseReturnValue:
    api_tokens.revoke(_own(ApiToken, token_id), actor=current_actor())
    return _saved(_("The key opens nothing any more."))


@blueprint.post("/feeds/<int:member_id>")
@limiter.limit("30/hour")
@member_required
def make_feed(member_id: int) -> ResponseReturnValue:
    member = _own(Member, member_id)
    token = personal_feeds.create(member, actor=current_actor())
    db.session.commit()
    return _page(new_feed=links.team_feed(token))


@blueprint.post("/feeds/<int:feed_id>/revocation")
@member_required
def revoke_feed(feed_id: int) -> ResponseReturnValue:
    feed = db.session.get(PersonalFeed, feed_id)
    if feed is None or feed.member is None or feed.member.person_id != current_actor().person.id:
        abort(404)
    personal_feeds.revoke(feed, actor=current_actor())
    return _saved(_("The private calendar address is switched off."))


def _own(model: Any, row_id: int) -> Any:
    """The row, if it belongs to the person who is signed in; 404 for anybody else's."""
    person_id = current_actor().person.id
    row = db.session.execute(
        sa.select(model).where(model.id == row_id, model.person_id == person_id)
    ).scalar_one_or_none()
    if row is None:
        abort(404)
    return row


def _change_password(person: Person) -> Person:
    """Somebody who came by a link and has no password yet chooses the first one without proving another."""
    if person.password_hash is None:
        values = forms.read(request.form, forms.FIRST_PASSWORD)
    else:
        values = forms.read(request.form, forms.CHANGE_PASSWORD)
        passwords.check_new(values["password"], about=_about(person))
        person = _proven(person, values["current"])
    person.password_hash = passwords.hash_new(values["password"], about=_about(person))
    return person


def _proven(person: Person, current: str) -> Person:
    try:
        proven, subject = prove(person.email, current, address=get_remote_address())
    except Refused:
        raise Refused({"current": _("This is not the password you have now. Try again.")}) from None
    audit.record("signed in", subject, actor=current_actor(), after={"by": "password, to change it"})
    return proven


def _about(person: Person) -> list[str]:
    site = db.session.get(Site, 1)
    return [person.email, person.name, *([site.name, site.host] if site else [])]


def _saved(sentence: str) -> ResponseReturnValue:
    db.session.commit()
    flash(sentence, "good")
    return redirect(url_for("settings.show"), 303)


def _page(
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    *,
    typed: Mapping[str, str] | None = None,
    **new: str,
) -> ResponseReturnValue:
    """`new`: what is shown this once: new_token, new_feed."""
    if errors:
        db.session.rollback()
    person, now = current_actor().person, utcnow()
    page = render_template(
        "people/settings.html",
        person=person,
        sessions=sessions.living(person, now),
        this_session=signing_in.current_session_id(),
        tokens=api_tokens.living(person, now),
        feeds=[(member, next(iter(personal_feeds.living(member)), None)) for member in person.memberships],
        zones=_zones(),
        locales=forms.LOCALES,
        browser_name=browser_name,
        shown=shown,
        errors=errors or {},
        typed={"name": person.name, "timezone": person.timezone, "locale": person.locale, **(typed or {})},
        **new,
    )
    return page, status, {"Cache-Control": "no-store"}


def _zones() -> list[str]:
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")) + [
        "UTC"
    ]
