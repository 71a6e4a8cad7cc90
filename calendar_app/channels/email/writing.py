"""A post as a mail: its subject and its words, the same for everybody but for the address to leave by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template
from flask_babel import force_locale

from calendar_app import links
from calendar_app.channels.email.leaving import leave_address
from calendar_app.languages import KIN, LANGUAGES
from calendar_app.mailing import office
from calendar_app.mailing.composing import Draft, compose
from calendar_app.posts.text import excerpt, sanitise, to_plain

if TYPE_CHECKING:
    from calendar_app.channels.adapter import Content
    from calendar_app.channels.email.models import Mailing

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


def mail_of(row: Mailing) -> bytes:
    """The mail to one address. Needs an app context."""
    delivery = row.delivery
    payload: dict[str, Any] = delivery.payload or {}
    account = delivery.account
    leave = leave_address(account.id, row.address)
    name, sender = office.sender()
    with force_locale(_frame_language(payload["language"])):
        values = {
            **payload,
            "html": sanitise(payload["html"]),
            "leave": leave,
            "site": office.site_name(),
            "home": links.home(),
        }
        text = render_template("emails/post/body.txt", **values)
        html = render_template("emails/post/body.html", **values)
    draft = Draft(
        sender_name=str(account.settings.get("sender_name") or name), sender=sender, to=row.address,
        subject=payload["subject"], text=text, html=html, message_id=row.message_id, language=payload["language"],
        headers={
            "List-Id": f"<account-{account.id}.{links.settings().host}>",
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )  # fmt: skip
    return compose(draft, date=row.created_at)


def _frame_language(language: str) -> str:
    """The words around the post speak its language, where we know it."""
    main = language.lower().partition("-")[0]
    found = KIN.get(main, main)
    return found if found in LANGUAGES else "en"
