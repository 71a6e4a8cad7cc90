"""The address to leave an address list by, and what an account's page tells of its list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import Blueprint, render_template

from calendar_app.channels.email import leaving
from calendar_app.channels.email.models import Departure, Mailing
from calendar_app.channels.models import Delivery
from calendar_app.extensions import csrf, database_now, db, limiter
from calendar_app.mailing.office import site_name
from calendar_app.tokens import BadLink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from calendar_app.channels.models import Account

mail = Blueprint("mail", __name__)
# A secret address: in nobody's cache or index.
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
MOST_SHOWN = 100
# One mail provider leaves for many readers, from few network addresses.
OFTEN = "1200/minute"
# A mail program that leaves for its reader has no form of ours.
csrf.exempt(mail)


@mail.get("/mail/leave/<token>")
@limiter.limit(OFTEN)
def ask(token: str) -> ResponseReturnValue:
    """A page with one button: mail scanners follow every link, so looking changes nothing."""
    try:
        leaving.account_of(token)
    except BadLink:
        return _page("bad", 404)
    return _page("ask")


@mail.post("/mail/leave/<token>")
@limiter.limit(OFTEN)
def leave(token: str) -> ResponseReturnValue:
    """The button, and RFC 8058's one click by the mail program: no cookie, no form's token, no redirect."""
    try:
        leaving.leave(token, database_now())
    except BadLink:
        return _page("bad", 404)
    db.session.commit()
    return _page("left")


@mail.app_template_global()
def mail_troubles(account: Account) -> Sequence[Mailing]:
    """The latest addresses that were refused, or may or may not have got a mail."""
    return db.session.scalars(
        sa.select(Mailing)
        .join(Delivery, Delivery.id == Mailing.delivery_id)
        .where(Delivery.account_id == account.id, Mailing.state.in_(("refused", "unknown")))
        .order_by(Mailing.id.desc())
        .limit(MOST_SHOWN)
    ).all()


@mail.app_template_global()
def how_many_left(account: Account) -> int:
    found = db.session.scalar(
        sa.select(sa.func.count(Departure.id)).where(Departure.account_id == account.id)
    )
    return found or 0


def _page(kind: str, status: int = 200) -> ResponseReturnValue:
    page = render_template("mail/leave.html", kind=kind, site=site_name())
    return page, status, PRIVATE
