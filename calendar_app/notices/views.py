"""A member's own notices: the list, and marking them read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, render_template, request

from calendar_app.agreeing.waiting import waiting_for
from calendar_app.extensions import database_now, db
from calendar_app.notices import reading, wording
from calendar_app.people.shown_times import shown
from calendar_app.people.signing_in import current_actor, member_required

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

notices = Blueprint("notices", __name__)


@notices.get("/notices")
@member_required
def index() -> ResponseReturnValue:
    rows = reading.notices(current_actor())
    waiting = waiting_for(current_actor())
    return render_template("notices/list.html", rows=rows, wording=wording, when=shown, waiting=waiting)


@notices.post("/notices/read")
@member_required
def read_all() -> ResponseReturnValue:
    """`up_to`: the newest that the page showed; what came since stays unread."""
    number = request.form.get("up_to", "")
    up_to = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    reading.mark_read(current_actor(), database_now(), up_to=up_to)
    db.session.commit()
    return redirect("/notices", 303)


@notices.post("/notices/<int:notice_id>/read")
@member_required
def read_one(notice_id: int) -> ResponseReturnValue:
    """Marks it read and leads to where one decides."""
    notice = reading.own(current_actor(), notice_id) or abort(404)
    notice.read_at = notice.read_at or database_now()
    where = wording.path(notice)
    db.session.commit()
    return redirect(where, 303)
