"""What an address or a page names, for the one who asks: posts, streams and teams of others are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import abort

from calendar_app.extensions import db
from calendar_app.people.models import Team
from calendar_app.people.roles import scoped
from calendar_app.people.signing_in import current_actor, current_team
from calendar_app.posts.models import Post
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable


def post_of(number: Any) -> Post:
    """The post of this id. For everybody but members of its team the request ends with 404."""
    text = str(number)
    found: Post | None = None
    if text.isprintable():
        found = db.session.scalars(scoped(Post, current_actor()).where(Post.uuid == text)).one_or_none()
    if found is None:
        abort(404)
    return found


def stream_of(handle: str) -> Stream:
    """The stream of this handle, unless it was put away; else 404."""
    found: Stream | None = None
    if handle.isprintable():
        query = scoped(Stream, current_actor()).where(Stream.handle == handle, Stream.archived_at.is_(None))
        found = db.session.scalars(query).one_or_none()
    if found is None:
        abort(404)
    return found


def team_of(handles: Iterable[str]) -> Team:
    """The asker's team whose streams these are; the page's own team where they name none."""
    printable = [handle for handle in handles if handle.isprintable()]
    query = (
        sa.select(Team)
        .join(Stream, Stream.team_id == Team.id)
        .where(Team.id.in_(current_actor().team_ids), Stream.handle.in_(printable))
    )
    return db.session.scalars(query.limit(1)).first() or current_team()
