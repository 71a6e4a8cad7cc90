"""Members' pages of accounts: the list, connecting, changing, trying out, pausing, letting go; and resolutions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from calendar_app.channels import connecting, listing
from calendar_app.channels.models import Account, Delivery
from calendar_app.channels.outcomes import on_the_way
from calendar_app.channels.registry import ADAPTERS
from calendar_app.channels.resolving import resolve
from calendar_app.enqueue import plan_changed, wake
from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import database_now, db, limiter
from calendar_app.languages import say
from calendar_app.people.models import Team
from calendar_app.people.roles import scoped
from calendar_app.people.signing_in import current_actor, current_team, member_required
from calendar_app.posts import saying
from calendar_app.posts.models import Post
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from calendar_app.channels.adapter import Adapter

accounts = Blueprint("accounts", __name__)

ONE = "/accounts/<int:account_id>"


@accounts.get("/accounts")
@member_required
def index() -> ResponseReturnValue:
    actor = current_actor()
    return render_template(
        "channels/list.html",
        rows=listing.rows(actor, utcnow()),
        channels=ADAPTERS,
        several_teams=len(actor.team_ids) > 1,
        may_manage=lambda team_id: actor.may("manage accounts", team_id),
        may_connect=bool(_teams_of_owner()),
        when=_when,
    )


@accounts.get("/accounts/new")
@member_required
def new() -> ResponseReturnValue:
    team = _team()
    current_actor().need("manage accounts", team.id)
    if "channel" not in request.args:
        return render_template("channels/choose.html", channels=ADAPTERS, team=team)
    adapter = _adapter(request.args["channel"])
    return _new_form(adapter, team, {"name": say(adapter.name), "settings": {}})


@accounts.post("/accounts/new")
@member_required
def connect() -> ResponseReturnValue:
    team, adapter = _team(), _adapter(request.args.get("channel", ""))
    settings, secrets = _typed("settings"), _typed("secrets")
    name = request.form.get("name", "")
    try:
        account, made = connecting.connect(
            adapter.kind, name, settings, secrets, actor=current_actor(), team_id=team.id, now=database_now()
        )
    except Refused as refused:
        db.session.rollback()
        return _new_form(adapter, team, {"name": name, "settings": settings}, refused.errors)
    number, name = account.id, account.name
    db.session.commit()
    if made:
        return _edit_form(_account(number), made=made, connected=True)
    flash(_("“%(name)s” is connected. Send a test to see whether it answers.", name=name), "good")
    return redirect(url_for("accounts.edit", account_id=number), 303)


@accounts.get(ONE)
@member_required
def edit(account_id: int) -> ResponseReturnValue:
    return _edit_form(_account(account_id))


@accounts.post(ONE)
@member_required
def save(account_id: int) -> ResponseReturnValue:
    account = _account(account_id)
    changes = {
        "name": request.form.get("name", ""),
        "language": request.form.get("language", ""),
        **({"links_as": request.form["links_as"]} if "links_as" in request.form else {}),
        "settings": _typed("settings"),
        "secrets": _wanted_secrets(),
    }
    try:
        made = connecting.change(account, changes, actor=current_actor(), now=database_now())
    except Refused as refused:
        db.session.rollback()
        return _edit_form(_account(account_id), typed=changes, errors=refused.errors)
    db.session.commit()
    _wake()
    if made:
        return _edit_form(_account(account_id), made=made)
    flash(_("“%(name)s” is saved.", name=account.name), "good")
    return redirect(url_for("accounts.edit", account_id=account_id), 303)


@accounts.post(f"{ONE}/test")
@limiter.limit("30/minute")
@member_required
def test(account_id: int) -> ResponseReturnValue:
    account = _account(account_id)
    try:
        flash(connecting.test_account(account, actor=current_actor(), now=database_now()), "good")
    except Refused as refused:
        flash(" ".join(refused.errors.values()), "bad")
    return redirect(url_for("accounts.edit", account_id=account_id), 303)


@accounts.post(f"{ONE}/pause")
@member_required
def pause(account_id: int) -> ResponseReturnValue:
    told = _("“%(name)s” is paused. What falls due for it waits.")
    return _act(account_id, connecting.pause, told)


@accounts.post(f"{ONE}/resume")
@member_required
def resume(account_id: int) -> ResponseReturnValue:
    return _act(account_id, connecting.resume, _("“%(name)s” is in order again. What waited goes out now."))


@accounts.post(f"{ONE}/disconnection")
@member_required
def disconnect(account_id: int) -> ResponseReturnValue:
    account = _account(account_id)
    name = account.name
    connecting.disconnect(account, actor=current_actor(), now=database_now())
    db.session.commit()
    flash(_("“%(name)s” is disconnected. What was sent stays on record.", name=name), "good")
    return redirect(url_for("accounts.index"), 303)


@accounts.post("/deliveries/<delivery_id>/resolution")
@member_required
def settle(delivery_id: str) -> ResponseReturnValue:
    """`outcome`: "sent" or "send again". The delivery is named by its key or its number."""
    delivery = _delivery(delivery_id)
    page = _back_from(delivery)
    outcome = request.form.get("outcome", "")
    try:
        resolve(delivery, outcome, actor=current_actor(), now=database_now())
    except (Refused, Conflict) as problem:
        db.session.rollback()
        flash(" ".join(problem.errors.values()) if isinstance(problem, Refused) else str(problem), "bad")
        return redirect(page, 303)
    db.session.commit()
    if outcome == "sent":
        flash(_("Marked as sent."), "good")
    else:
        _wake()
        flash(_("It is being sent again."), "good")
    return redirect(page, 303)


def _act(account_id: int, step: Callable[..., None], sentence: str) -> ResponseReturnValue:
    account = _account(account_id)
    try:
        step(account, actor=current_actor(), now=database_now())
    except Conflict as conflict:
        db.session.rollback()
        flash(str(conflict), "bad")
        return redirect(url_for("accounts.edit", account_id=account_id), 303)
    db.session.commit()
    _wake()
    flash(sentence % {"name": account.name}, "good")
    return redirect(url_for("accounts.edit", account_id=account_id), 303)


def _account(account_id: int) -> Account:
    """A connected account of the asker's teams; anybody else's is as good as none."""
    found: Account | None = db.session.scalar(
        scoped(Account, current_actor()).where(Account.id == account_id, Account.deleted_at.is_(None))
    )
    return found or abort(404)


def _back_from(delivery: Delivery) -> str:
    """To where the button was: the board of what needs a person (of all streams, or of one), else the post."""
    board = re.fullmatch(r"needs(?:/([a-z0-9-]{2,40}))?", request.form.get("back", ""))
    if board is None:
        return f"/posts/{delivery.post.uuid}/edit"
    return f"/needs?stream={board[1]}" if board[1] else "/needs"


def _delivery(name: str) -> Delivery:
    query = sa.select(Delivery).join(Post, Post.id == Delivery.post_id)
    query = query.where(Post.team_id.in_(current_actor().team_ids))
    if name.isascii() and name.isdigit() and len(name) < 10:
        query = query.where(Delivery.id == int(name))
    else:
        query = query.where(Delivery.key == name)
    return db.session.scalar(query) or abort(404)


def _adapter(kind: str) -> Adapter:
    return ADAPTERS.get(kind) or abort(404)


def _teams_of_owner() -> list[int]:
    actor = current_actor()
    return [number for number in actor.team_ids if actor.may("manage accounts", number)]


def _team() -> Team:
    """The team of the address, else the first whose accounts the asker manages."""
    allowed = _teams_of_owner()
    if "team" in request.args or not allowed:
        return current_team()
    return db.session.get_one(Team, allowed[0])


def _typed(group: str) -> dict[str, Any]:
    """The fields `settings.url`, … of the form by their own names."""
    start = f"{group}."
    return {name.removeprefix(start): value for name, value in request.form.items() if name.startswith(start)}


def _wanted_secrets() -> dict[str, Any]:
    """As typed; None where the one we have shall go, and a new one be made if it is ours to make."""
    return {**_typed("secrets"), **dict.fromkeys(request.form.getlist("drop_secrets"))}


def _new_form(
    adapter: Adapter, team: Team, typed: dict[str, Any], errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    mine = [db.session.get_one(Team, number) for number in _teams_of_owner()]
    page = render_template(
        "channels/new.html", adapter=adapter, team=team, teams=mine, typed=typed, errors=errors or {}
    )
    return page, 422 if errors else 200


def _as_it_is(account: Account) -> dict[str, Any]:
    return {"name": account.name, "language": account.language, "settings": account.settings}


def _edit_form(
    account: Account,
    *,
    typed: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
    made: dict[str, str] | None = None,
    connected: bool = False,
) -> ResponseReturnValue:
    actor = current_actor()
    page = render_template(
        "channels/edit.html",
        row=listing.row(account, utcnow()),
        account=account,
        adapter=ADAPTERS.get(account.channel),
        typed={"links_as": account.links_as, **(typed or _as_it_is(account))},
        errors=errors or {},
        made=made or {},
        connected=connected,
        recent=listing.recent(account),
        on_the_way=on_the_way,
        may_manage=actor.may("manage accounts", account.team_id),
        when=_when,
    )
    return page, 422 if errors else 200


def _when(instant: Any) -> str:
    """In the zone of the person who looks."""
    return saying.moment(instant, current_actor().person.timezone, now=utcnow())


def _wake() -> None:
    plan_changed()
    wake("publish")
