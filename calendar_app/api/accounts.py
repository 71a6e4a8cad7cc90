"""Accounts: list, connect, change, try out, disconnect. Secrets go in and never come out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import abort

from calendar_app import enqueue, links
from calendar_app.api.calling import PREFIX, Answer, call
from calendar_app.api.paging import page
from calendar_app.api.schemas import accounts as told
from calendar_app.api.schemas.base import Nothing, PageQuery
from calendar_app.channels import connecting
from calendar_app.channels.models import Account
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.people.roles import scoped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_app.people.roles import Actor

ONE = "/accounts/<int:account_id>"
_WAKE = (enqueue.plan_changed, partial(enqueue.wake, "publish"))


@call("GET", "/accounts", gives=told.Accounts, query=PageQuery)
def find(actor: Actor, query: PageQuery) -> Answer:
    """List accounts."""
    rows, following = page(scoped(Account, actor).where(Account.deleted_at.is_(None)), Account.id, query)
    return Answer(told.Accounts(items=[shown(account) for account in rows], next=following))


@call("POST", "/accounts", gives=told.AccountWithSecrets, body=told.NewAccount, status=201)
def connect(actor: Actor, body: told.NewAccount) -> Answer:
    """Connect a place.

    Secrets that Sluice makes itself are in this answer and in no later one.
    """
    account, made = connecting.connect(
        body.channel, body.name, body.settings, body.secrets,
        actor=actor, team_id=_team_of(actor, body), now=database_now(), language=body.language,
        links_as=body.links_as,
    )  # fmt: skip
    return Answer(_with_secrets(account, made), location=links.absolute(f"{PREFIX}/accounts/{account.id}"))


@call("GET", ONE, gives=told.Account)
def show(actor: Actor, account_id: int) -> Answer:
    """Read one account."""
    return Answer(shown(_account_of(actor, account_id)))


@call("PATCH", ONE, gives=told.AccountWithSecrets, body=told.AccountChange)
def change(actor: Actor, account_id: int, body: told.AccountChange) -> Answer:
    """Change an account, pause it or let it go on.

    A secret sent as null is made anew and shown this once.
    """
    account = _account_of(actor, account_id)
    made = connecting.change(account, body.model_dump(exclude_unset=True), actor=actor, now=database_now())
    return Answer(_with_secrets(account, made), then=_WAKE)


@call("DELETE", ONE, status=204)
def disconnect(actor: Actor, account_id: int) -> Answer:
    """Disconnect an account.

    What waits for it is cancelled; what was sent stays on record.
    """
    connecting.disconnect(_account_of(actor, account_id), actor=actor, now=database_now())
    return Answer()


@call("POST", ONE + "/test", gives=told.Tried, body=Nothing, body_optional=True)
def test(actor: Actor, account_id: int, body: Nothing) -> Answer:
    """Try an account out, without publishing anything.

    The answer is 200 with `"ok": false` when the place did not take it.
    """
    account = _account_of(actor, account_id)
    try:
        message = connecting.test_account(account, actor=actor, now=database_now())
    except Refused as refused:
        return Answer(told.Tried(ok=False, message=" ".join(refused.errors.values())))
    return Answer(told.Tried(ok=True, message=message))


def shown(account: Account) -> told.Account:
    """The account as the API tells it."""
    return told.Account.model_validate(_facts(account))


def _with_secrets(account: Account, made: Mapping[str, str]) -> told.AccountWithSecrets:
    return told.AccountWithSecrets.model_validate({**_facts(account), "secrets": dict(made)})


def _facts(account: Account) -> dict[str, object]:
    return {
        "id": account.id, "team": account.team_id, "channel": account.channel, "name": account.name,
        "language": account.language, "links_as": account.links_as, "settings": account.settings,
        "state": account.state, "reason": account.state_reason,
        "state_since": account.state_since, "created_at": account.created_at, "updated_at": account.updated_at,
    }  # fmt: skip


def _account_of(actor: Actor, account_id: int) -> Account:
    found: Account | None = db.session.scalar(
        scoped(Account, actor).where(Account.id == account_id, Account.deleted_at.is_(None))
    )
    return found or abort(404)


def _team_of(actor: Actor, body: told.NewAccount) -> int:
    if "team" in body.model_fields_set:
        if body.team not in actor.roles:
            raise Refused({"team": f"You are in no team {body.team}. GET /me lists yours."})
        return body.team
    if len(actor.team_ids) != 1:
        raise Refused({"team": "Say which team it belongs to; GET /me lists yours."})
    return actor.team_ids[0]
