"""The door of short links: where it leads is what is stored, and all that is kept of a visit is that there was one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, request

from calendar_app.extensions import db
from calendar_app.people.noting import note_use
from calendar_app.short_links.models import ShortLink

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

short_links = Blueprint("short_links", __name__)


@short_links.get("/l/<code>")
def follow(code: str) -> ResponseReturnValue:
    if not (code.isascii() and code.isalnum()) or len(code) > 16:
        abort(404)
    target = db.session.scalar(sa.select(ShortLink.target).where(ShortLink.code == code)) or abort(404)
    if request.method == "GET":
        # Two who come at once: neither waits for the other's count with a question of its own still open.
        db.session.rollback()
        note_use(sa.update(ShortLink).where(ShortLink.code == code).values(visits=ShortLink.visits + 1))
    answer = redirect(target, 302)
    # The place hears neither of us nor of whoever comes; and every visit comes by.
    answer.headers.update({"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"})
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
