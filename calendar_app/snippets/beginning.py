"""What a new post begins with: the template that was asked for, or the one that its stream names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.snippets.models import PostTemplate
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_ID = 2**31 - 1


def beginning_of(stream: Stream) -> dict[str, Any]:
    """As `drafting.draft` takes it, for a post whose home this stream is: at least its `streams`."""
    return begun_with(usual_template(stream), home=stream)


def begun_with(template: PostTemplate | None, *, home: Stream) -> dict[str, Any]:
    """Title, text, kind and streams of the template; `home` comes first in any case."""
    if template is None:
        return {"streams": [home.handle]}
    others = [one.handle for one in _living(template.streams, template.team_id) if one is not home]
    return {
        "title": template.title,
        "text": template.text,
        "kind": template.kind,
        "streams": [home.handle, *others],
    }


def usual_template(stream: Stream) -> PostTemplate | None:
    """The one that the stream names, while it is in use."""
    if stream.template_id is None:
        return None
    return template_named(str(stream.template_id), stream.team_id)


def template_named(number: str, team_id: int) -> PostTemplate | None:
    """The team's template of this number; anything else is none."""
    if not (number.isascii() and number.isdecimal()) or not 0 < int(number[:11]) <= LARGEST_ID:
        return None
    found: PostTemplate | None = db.session.scalar(
        sa.select(PostTemplate).where(
            PostTemplate.id == int(number), PostTemplate.team_id == team_id, PostTemplate.removed_at.is_(None)
        )
    )
    return found


def home_of(template: PostTemplate) -> Stream | None:
    """The first of its streams that is in use."""
    return next(iter(_living(template.streams, template.team_id)), None)


def _living(handles: Sequence[str], team_id: int) -> list[Stream]:
    rows = db.session.scalars(
        sa.select(Stream).where(
            Stream.handle.in_(handles), Stream.team_id == team_id, Stream.archived_at.is_(None)
        )
    )
    by_handle = {stream.handle: stream for stream in rows}
    return [by_handle[handle] for handle in handles if handle in by_handle]
