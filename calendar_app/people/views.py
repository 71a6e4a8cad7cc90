"""Pages through which people come in and go: sign-in, sign-out, and single-use links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import generate_csrf

from calendar_app.errors import Refused, answer
from calendar_app.extensions import db, limiter
from calendar_app.people import coming_in, forms, signing_in
from calendar_app.people.models import LINK_PURPOSES
from calendar_app.people.proving import prove
from calendar_app.people.setting_up import DeadLink, find_link, is_first
from calendar_app.people.throttling import TooManyTries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from flask.typing import ResponseReturnValue

    from calendar_app.people.models import Link

blueprint = Blueprint("people", __name__)


def register(app: Flask) -> None:
    """The doors of this folder: hooks of every request, and three blueprints."""
    from calendar_app.people import settings_views, team_views

    signing_in.register(app)
    app.register_error_handler(DeadLink, lambda dead: answer(410, str(dead)))
    app.register_error_handler(TooManyTries, lambda tries: answer(429, str(tries)))
    for door in (blueprint, team_views.blueprint, settings_views.blueprint):
        app.register_blueprint(door)


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    if signing_in.actor_or_none() is not None:
        return redirect(signing_in.local_path(request.args.get("next")), 303)
    return _sign_in_page({}, {}, 200)


@blueprint.post("/sign-in")
@limiter.limit("30/minute")
def start_session() -> ResponseReturnValue:
    sent = _sent()
    try:
        values = forms.read(sent, forms.SIGN_IN)
        person, subject = prove(values["email"], values["password"], address=get_remote_address())
    except Refused as refused:
        return _not_signed_in(refused.errors, sent, 422)
    except TooManyTries as tries:
        return _not_signed_in({"password": str(tries)}, sent, 429)
    signing_in.enter(person, by="password", subject=subject)
    db.session.commit()
    if signing_in.wants_json():
        return jsonify(ok=True, csrf=generate_csrf())
    return redirect(signing_in.local_path(request.args.get("next")), 303)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    signing_in.leave()
    db.session.commit()
    return redirect(url_for("people.sign_in"), 303)


@blueprint.get("/enter/<purpose>/<token>")
@limiter.limit("60/minute")
def enter(purpose: str, token: str) -> ResponseReturnValue:
    """Nothing is used up by looking: mail programs open links before people do."""
    return _enter_page(_link(purpose, token), {}, {}, 200)


@blueprint.post("/enter/<purpose>/<token>")
@limiter.limit("30/minute")
def come_in(purpose: str, token: str) -> ResponseReturnValue:
    link = _link(purpose, token)
    try:
        coming_in.come_in(link, token, request.form, address=get_remote_address())
    except Refused as refused:
        db.session.rollback()
        return _enter_page(_link(purpose, token), refused.errors, request.form, 422)
    db.session.commit()
    return redirect(signing_in.HOME, 303)


def _sent() -> Mapping[str, object]:
    if not request.is_json:
        return request.form
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _not_signed_in(errors: Mapping[str, str], sent: Mapping[str, object], status: int) -> ResponseReturnValue:
    if signing_in.wants_json():
        return jsonify(ok=False, errors=errors), status
    return _sign_in_page(errors, sent, status)


def _sign_in_page(errors: Mapping[str, str], sent: Mapping[str, object], status: int) -> ResponseReturnValue:
    page = render_template(
        "people/sign_in.html",
        errors=errors,
        typed=forms.typed(sent, forms.SIGN_IN),
        next_path=request.args.get("next"),
    )
    return page, status, {"Cache-Control": "no-store"}


def _link(purpose: str, token: str) -> Link:
    if purpose not in LINK_PURPOSES or len(token) > 100:
        abort(404)
    return find_link(token, purpose)


def _enter_page(
    link: Link, errors: Mapping[str, str], sent: Mapping[str, object], status: int
) -> ResponseReturnValue:
    page = render_template(
        "people/enter.html",
        link=link,
        way=coming_in.way_in(link),
        first=is_first(link.person),
        errors=errors,
        typed=_typed_or_known(link, sent),
        labels=_labels(),
    )
    return page, status, {"Cache-Control": "no-store"}


def _typed_or_known(link: Link, sent: Mapping[str, object]) -> Mapping[str, str]:
    if sent:
        return forms.typed(sent, forms.FIRST_SET_UP)
    if is_first(link.person):
        return {}
    return {"name": link.person.name, "timezone": link.person.timezone}


def _labels() -> Mapping[str, str]:
    return {
        "site_name": _("Organisation"),
        "team_name": _("Team"),
        "email": _("E-mail"),
        "name": _("Name"),
        "timezone": _("Time zone"),
        "password": _("Password"),
    }
