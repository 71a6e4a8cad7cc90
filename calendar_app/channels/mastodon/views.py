"""Connecting by agreeing on one's own server: ask, agree there, come back, confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from calendar_app import links
from calendar_app.channels import connecting
from calendar_app.channels.mastodon import agreeing, registering, serving
from calendar_app.channels.models import Account
from calendar_app.enqueue import plan_changed, wake
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db, limiter
from calendar_app.people.models import Team
from calendar_app.people.roles import scoped
from calendar_app.people.signing_in import current_actor, current_team, member_required, team_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from calendar_app.channels.mastodon.agreeing import Agreement

mastodon = Blueprint("mastodon", __name__)

ASK = "/accounts/mastodon/agreement"
BACK = "/accounts/mastodon/agreed"
RIGHT = "manage accounts"


@mastodon.get(ASK)
@member_required
def ask() -> ResponseReturnValue:
    team, account = _for_whom()
    return _form(team, account, account.settings.get("server", "") if account else "")


@mastodon.post(ASK)
@limiter.limit("20/minute")
@member_required
def begin() -> ResponseReturnValue:
    """Makes Sluice known to the server; the page then leads there (the policy of pages lets no form do so)."""
    team, account = _for_whom()
    team_id, account_id = team.id, account.id if account else None
    typed = request.form.get("server", "")[:300]
    networks = current_app.config["SETTINGS"].allow_private_hosts
    # The server may take seconds: no lock may be held meanwhile.
    db.session.commit()
    try:
        known = registering.register(typed, links.absolute(BACK), links.home(), networks)
    except Refused as refused:
        return _form(*_for_whom(), typed, refused.errors)
    agreement = agreeing.begin(known, team_id, account_id)
    return render_template(
        "channels/mastodon/go.html",
        host=serving.host_of(known.server),
        address=known.page(links.absolute(BACK), agreement.state),
    )


@mastodon.get(BACK)
@member_required
def confirm() -> ResponseReturnValue:
    """Where the server sends people back to: changes nothing yet."""
    _need_somewhere()
    agreement = agreeing.under_way(request.args.get("state", ""))
    code = request.args.get("code", "")
    if agreement is None or not 1 <= len(code) <= 1000:
        return _again(
            _("The server did not agree, or it took longer than a quarter of an hour. Begin again.")
        )
    host = serving.host_of(agreement.application.server)
    return _confirmation(agreement, code, f"Mastodon, {host}")


@mastodon.post(BACK)
@limiter.limit("20/minute")
@member_required
def finish() -> ResponseReturnValue:
    _need_somewhere()
    agreement = agreeing.under_way(request.form.get("state", ""))
    if agreement is None:
        return _again(
            _("The server did not agree, or it took longer than a quarter of an hour. Begin again.")
        )
    team = team_named(str(agreement.team_id)) or abort(404)
    current_actor().need(RIGHT, team.id)
    code, name = request.form.get("code", "")[:1000], request.form.get("name", "")
    if agreement.account_id is None and not name.strip():
        return _confirmation(
            agreement, code, name, {"name": _("Give the account a name, such as City website.")}
        )
    db.session.commit()
    try:
        token = registering.exchange(agreement.application, code, links.absolute(BACK))
        agreeing.end()
        number = _keep(agreement, token, name)
    except Refused as refused:
        db.session.rollback()
        agreeing.end()
        return _again(" ".join(refused.errors.values()))
    flash(_("“%(name)s” is connected.", name=db.session.get_one(Account, number).name), "good")
    return redirect(url_for("accounts.edit", account_id=number), 303)


def _keep(agreement: Agreement, token: str, name: str) -> int:
    """The id of the account that has the token now."""
    settings, secrets = {"server": agreement.application.server}, {"token": token}
    actor, now = current_actor(), database_now()
    if agreement.account_id is None:
        account, _made = connecting.connect(
            "mastodon", name, settings, secrets, actor=actor, team_id=agreement.team_id, now=now
        )
    else:
        account = _account(str(agreement.account_id))
        connecting.change(account, {"settings": settings, "secrets": secrets}, actor=actor, now=now)
    number = account.id
    db.session.commit()
    plan_changed()
    wake("publish")
    return number


def _for_whom() -> tuple[Team, Account | None]:
    """The team of a new account, or the account that gets a new token. Raises NotAllowed."""
    account = _account(request.args["account"]) if "account" in request.args else None
    team = db.session.get_one(Team, account.team_id) if account else current_team()
    current_actor().need(RIGHT, team.id)
    return team, account


def _need_somewhere() -> None:
    """Before anything is said: who manages accounts nowhere has no business here. Raises NotAllowed."""
    actor = current_actor()
    if not any(actor.may(RIGHT, number) for number in actor.team_ids):
        actor.need(RIGHT, current_team().id)


def _account(number: str) -> Account:
    """A Mastodon account of the asker's teams; anybody else's is as good as none."""
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        abort(404)
    query = scoped(Account, current_actor()).where(Account.id == int(number), Account.channel == "mastodon")
    found: Account | None = db.session.scalar(query.where(Account.deleted_at.is_(None)))
    return found or abort(404)


def _form(
    team: Team, account: Account | None, typed: str, errors: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    page = render_template(
        "channels/mastodon/ask.html", team=team, account=account, typed=typed, errors=errors or {}
    )
    return page, 422 if errors else 200


def _confirmation(
    agreement: Agreement, code: str, name: str, errors: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    page = render_template(
        "channels/mastodon/agreed.html", host=serving.host_of(agreement.application.server), code=code,
        state=agreement.state, name=name, new=agreement.account_id is None, errors=errors or {},
    )  # fmt: skip
    return page, 422 if errors else 200


def _again(sentence: str) -> ResponseReturnValue:
    flash(sentence, "bad")
    return redirect(url_for("accounts.index"), 303)
