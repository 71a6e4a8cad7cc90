"""Which streams an address means: one handle, several joined by +, or everything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

# A blank too: some programs write a + in a path as %20, and in a query it always means one.
BETWEEN = re.compile(r"[+\s]+")
HANDLE = re.compile(r"[a-z0-9-]{2,40}")


def handles_in(text: str) -> tuple[str, ...]:
    """What may be handles in a choice such as `Roads+schools`: small letters, each once, in alphabetical order."""
    return tuple(sorted({part for part in BETWEEN.split(text.lower()) if HANDLE.fullmatch(part)}))


def open_stream(handle: str) -> Stream | None:
    """The stream if readers may follow it: public, or unlisted and known to whoever asks."""
    if not HANDLE.fullmatch(handle.lower()):
        return None
    return next(iter(open_streams([handle.lower()])), None)


def chosen_streams(text: str) -> Sequence[Stream]:
    """The streams that a choice names, by handle. What does not exist (any more) is passed over: the rest goes on."""
    return open_streams(handles_in(text))


def open_streams(handles: Iterable[str]) -> Sequence[Stream]:
    """Those of these handles that readers may follow, in alphabetical order."""
    return db.session.scalars(
        sa.select(Stream)
        .where(Stream.handle.in_(list(handles)), Stream.visibility.in_(("public", "unlisted")))
        .order_by(Stream.handle)
    ).all()


def public_streams() -> Sequence[Stream]:
    """Every public stream that is not archived, by name."""
    return db.session.scalars(
        sa.select(Stream)
        .where(Stream.visibility == "public", Stream.archived_at.is_(None))
        .order_by(sa.func.lower(Stream.name), Stream.id)
    ).all()


def last_hidden(shown: Iterable[Stream]) -> datetime | None:
    """When the settings of any other stream changed last: by then at the latest it had left these feeds.

    Asked for all others at once, so that nobody learns from it which handles exist.
    """
    others = Stream.id.not_in([stream.id for stream in shown])
    return db.session.scalar(sa.select(sa.func.max(Stream.updated_at)).where(others, _hidden()))


def _hidden() -> sa.ColumnElement[bool]:
    return sa.or_(Stream.visibility != "public", Stream.archived_at.is_not(None))
