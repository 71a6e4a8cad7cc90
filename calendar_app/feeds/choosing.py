"""Which streams an address means: one handle, several joined by +, or everything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MOST_CHOSEN = 50
# A blank too: some programs write a + in a path as %20.
BETWEEN = re.compile(r"[+ ]+")


def open_stream(handle: str) -> Stream | None:
    """The stream if readers may follow it: public, or unlisted and known to whoever asks."""
    stream = db.session.scalar(sa.select(Stream).where(Stream.handle == handle.lower()))
    return stream if stream and stream.has_feed else None


def chosen_streams(text: str) -> list[Stream]:
    """The streams that a choice names. Names that no longer exist are passed over, so that the rest goes on."""
    handles = [part for part in BETWEEN.split(text.lower()) if part][:MOST_CHOSEN]
    rows = db.session.scalars(sa.select(Stream).where(Stream.handle.in_(handles)).order_by(Stream.handle))
    return [stream for stream in rows if stream.has_feed]


def public_streams() -> Sequence[Stream]:
    """Every public stream that is not archived, by name."""
    return db.session.scalars(
        sa.select(Stream).where(Stream.visibility == "public", Stream.archived_at.is_(None)).order_by(Stream.name)
    ).all()


def last_change() -> datetime | None:
    """When any feed changed last, also of streams that readers no longer see: “everything” shrank then."""
    return db.session.scalar(sa.select(sa.func.max(Stream.feed_changed_at)))
