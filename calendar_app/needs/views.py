"""The page of what needs a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, request

from calendar_app.agreeing.waiting import waiting_for
from calendar_app.channels.outcomes import outcome
from calendar_app.channels.registry import ADAPTERS
from calendar_app.channels.resolving import can_send_again
from calendar_app.extensions import db
from calendar_app.needs import listing
from calendar_app.people.roles import scoped
from calendar_app.people.signing_in import current_actor, member_required
from calendar_app.posts import saying
from calendar_app.streams.models import Stream
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from calendar_app.channels.models import Delivery

needs = Blueprint("needs", __name__)


@needs.get("/needs")
@member_required
def board() -> ResponseReturnValue:
    """`?stream=<handle>` shows what concerns one stream."""
    actor, now = current_actor(), utcnow()
    streams = _streams()
    chosen = _chosen(streams)
    return render_template(
        "needs/board.html",
        board=listing.board(actor, stream=chosen),
        waiting=waiting_for(actor, stream=chosen),
        streams=streams,
        chosen=chosen,
        channels=ADAPTERS,
        may=actor.may,
        can_send_again=can_send_again,
        outcome=lambda row: _outcome(row, now),
        when=lambda instant: saying.moment(instant, actor.person.timezone, now=now),
    )


def _streams() -> Sequence[Stream]:
    """Those of the asker's teams, by name."""
    found: Sequence[Stream] = db.session.scalars(
        scoped(Stream, current_actor())
        .where(Stream.archived_at.is_(None))
        .order_by(sa.func.lower(Stream.name), Stream.id)
    ).all()
    return found


def _chosen(streams: Sequence[Stream]) -> Stream | None:
    handle = request.args.get("stream", "")
    if not handle:
        return None
    return next((one for one in streams if one.handle == handle), None) or abort(404)


def _outcome(row: Delivery, now: datetime) -> str:
    zone = current_actor().person.timezone
    return outcome(row, lambda instant: saying.moment(instant, zone, now=now), now=now)
