"""A post as a mail: its subject and its words, the same for everybody but for the address to leave by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template
from flask_babel import force_locale

from calendar_app import links
from calendar_app.channels.email.leaving import leave_address
from calendar_app.channels.models import Delivery
from calendar_app.extensions import db
from calendar_app.languages import KIN, LANGUAGES
from calendar_app.mailing import office
from calendar_app.mailing.composing import Draft, compose
from calendar_app.mailing.stencil import Stencil, blank
from calendar_app.posts.text import excerpt, sanitise, to_plain

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_app.channels.adapter import Content
    from calendar_app.channels.models import Account

LONGEST_SUBJECT = 150


def payload_of(content: Content) -> dict[str, Any]:
    """What is frozen on the delivery. Pure."""
    return {
        "subject": (content.title or excerpt(content.text, LONGEST_SUBJECT))[:LONGEST_SUBJECT],
        "text": to_plain(content.text),
        "html": content.html,
        "link": content.link,
        "url": content.url,
        "language": content.language,
    }


class Sheet:
    """The mail of one delivery, written once; each reader's own is filled in. Needs an app context."""

    def __init__(self, delivery_id: int, date: datetime) -> None:
        delivery = db.session.get_one(Delivery, delivery_id)
        self.account_id = delivery.account_id
        blanks = {"reader": f"{blank('reader')}@blank.invalid", "id": blank("id"), "leave": blank("leave")}
        draft = _draft(delivery.payload or {}, delivery.account, blanks)
        self._stencil = Stencil(compose(draft, date=date, encoding="quoted-printable"), blanks)

    def mail_to(self, address: str, message_id: str) -> bytes:
        leave = leave_address(self.account_id, address)
        return self._stencil.filled({"reader": address, "id": message_id, "leave": leave})


def _draft(payload: dict[str, Any], account: Account, blanks: dict[str, str]) -> Draft:
    name, sender = office.sender()
    with force_locale(_frame_language(payload["language"])):
        values = {
            **payload,
            "html": sanitise(payload["html"]),
            "leave": blanks["leave"],
            "site": office.site_name(),
            "home": links.home(),
        }
        text = render_template("emails/post/body.txt", **values)
        html = render_template("emails/post/body.html", **values)
    return Draft(
        sender_name=str(account.settings.get("sender_name") or name), sender=sender, to=blanks["reader"],
        subject=payload["subject"], text=text, html=html, message_id=blanks["id"], language=payload["language"],
        headers={
            "List-Id": f"<account-{account.id}.{links.settings().host}>",
            "List-Unsubscribe": f"<{blanks['leave']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )  # fmt: skip


def _frame_language(language: str) -> str:
    """The words around the post speak its language, where we know it."""
    main = language.lower().partition("-")[0]
    found = KIN.get(main, main)
    return found if found in LANGUAGES else "en"
