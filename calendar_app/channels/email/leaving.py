"""Leaving an address list by the link in a mail: signed, for one address, as often as one likes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app import links, tokens
from calendar_app.channels.email.lists import digest_of, without
from calendar_app.channels.email.models import Departure, Mailing
from calendar_app.channels.models import Account, Delivery
from calendar_app.extensions import db
from calendar_app.people.audit import record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

PURPOSE = "leave mail"


def leave_address(account_id: int, address: str) -> str:
    """Where the holder of an address leaves; it never expires, and names the address to nobody."""
    token = tokens.sign(links.settings().secret_key, PURPOSE, [account_id, digest_of(address)[:32]])
    return links.absolute(f"/mail/leave/{token}")


def account_of(token: str) -> tuple[Account, str]:
    """The account whose list the token leaves, and the beginning of the address's digest. Raises BadLink."""
    settings = links.settings()
    value = tokens.unsign(settings.secret_key, PURPOSE, token, fallback_keys=settings.secret_key_fallbacks)
    account = db.session.get(Account, value[0])
    if account is None:
        raise tokens.BadLink
    return account, value[1]


def leave(token: str, now: datetime) -> Account:
    """Take the address off the list and out of all that still waits. Harmless when repeated. The caller commits.

    Raises BadLink.
    """
    account, start = account_of(token)
    db.session.refresh(account, with_for_update={"key_share": True})
    typed = str(account.settings.get("addresses", ""))
    digest = next((one for one in map(digest_of, typed.split()) if one.startswith(start)), None)
    if digest is not None:
        _note(account.id, digest, now)
        account.settings = {**account.settings, "addresses": without(typed, digest)}
        record("address left", f"account {account.id}", team_id=account.team_id)
    _stop_mails(account.id, start, now)
    return account


def departed(account_id: int) -> set[str]:
    """Digests of the addresses that left."""
    return set(db.session.scalars(sa.select(Departure.digest).where(Departure.account_id == account_id)))


def departed_of(pairs: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Which of these accounts and digests belong together: somebody left that list."""
    wanted = set(pairs)
    found = db.session.execute(
        sa.select(Departure.account_id, Departure.digest).where(
            Departure.account_id.in_({account for account, _ in wanted}),
            Departure.digest.in_({digest for _, digest in wanted}),
        )
    )
    return wanted & {(account, digest) for account, digest in found}


def _note(account_id: int, digest: str, now: datetime) -> None:
    if digest not in departed(account_id):
        db.session.add(Departure(account_id=account_id, digest=digest, at=now))
        db.session.flush()


def _stop_mails(account_id: int, start: str, now: datetime) -> None:
    of_account = sa.select(Delivery.id).where(Delivery.account_id == account_id)
    rows = db.session.scalars(
        sa.select(Mailing).where(Mailing.delivery_id.in_(of_account), Mailing.state == "waiting")
    )
    for row in rows:
        if digest_of(row.address).startswith(start):
            row.state, row.finished_at = "cancelled", now
    db.session.flush()
