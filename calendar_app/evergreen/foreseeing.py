"""What of the pool comes next, and when: as things stand now. Nothing is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calendar_app.evergreen import filling
from calendar_app.evergreen.pooling import pool_of

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_app.posts.models import Post
    from calendar_app.streams.models import Stream


class Coming(NamedTuple):
    """A slot that stays empty so far, and the post of the pool that would fill it."""

    at: datetime
    post: Post


def coming(stream: Stream, now: datetime) -> list[Coming]:
    """By time; empty where the stream does not let posts come again."""
    posts = [row.post for row in pool_of(stream)]
    if not posts or stream.evergreen_makes == "off":
        return []
    uses, found = filling.uses_of(posts), []
    for at in filling.empty_slots(stream, now)[: filling.MOST_AT_ONCE]:
        post = filling.chosen(uses, stream, at)
        if post is not None:
            uses[post].append(at)
            found.append(Coming(at, post))
    return found
