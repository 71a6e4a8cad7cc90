"""This installation's own mail: which server, who sends, and the ids that its mails carry."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from flask import current_app

from calendar_app.extensions import db
from calendar_app.mailing.addresses import sender_parts
from calendar_app.mailing.server import server_of
from calendar_app.mailing.smtp import Mailer
from calendar_app.people.models import Site

if TYPE_CHECKING:
    from calendar_app.config import Settings


def is_set() -> bool:
    """Whether a mail server is named; without one nothing is ever mailed. Needs an app context."""
    return server_of(_settings().mail_url) is not None


def mailer() -> Mailer:
    """A mailer of our server, not yet connected; use it in a with block. Needs an app context and a server."""
    server = server_of(_settings().mail_url)
    if server is None:
        raise LookupError("SLUICE_MAIL_URL names no mail server")
    return Mailer(server, _settings().host)


def sender() -> tuple[str, str]:
    """Name and address that mails come from: `SLUICE_MAIL_FROM`, else sluice at our own host."""
    given = _settings().mail_from
    name, address = sender_parts(given) if given else ("", f"sluice@{_settings().host}")
    return name or site_name(), address


def site_name() -> str:
    site = db.session.get(Site, 1)
    return site.name if site else "Sluice"


def new_message_id() -> str:
    """`<uuid@host>`: made once for a mail and kept over all its attempts."""
    return f"<{uuid.uuid4()}@{_settings().host}>"


def _settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found
