"""What readers can see of a post has changed: its revision rises and the feeds of its streams know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.posts.models import Post, PostStream
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


def readers_see_change(post: Post, now: datetime, *, also: Iterable[Stream] = ()) -> None:
    """Raise the post's revision and touch the feeds of its streams and of those it has left (`also`)."""
    post.revision += 1
    post.changed_at = now
    db.session.flush()
    touch_feeds({stream.id for stream in [*post.streams, *also]}, now)


def touch_feeds(stream_ids: Iterable[int], now: datetime) -> None:
    """One statement, rows in order of id: two workers that touch the same streams cannot deadlock."""
    wanted = sorted(set(stream_ids))
    if not wanted:
        return
    db.session.execute(
        sa.select(Stream.id).where(Stream.id.in_(wanted)).order_by(Stream.id).with_for_update(key_share=True)
    )
    db.session.execute(
        sa.update(Stream)
        .where(Stream.id.in_(wanted))
        .values(feed_version=Stream.feed_version + 1, feed_changed_at=now)
        .execution_options(synchronize_session="fetch")
    )


def streams_of(post_ids: Sequence[int]) -> set[int]:
    return set(db.session.scalars(sa.select(PostStream.stream_id).where(PostStream.post_id.in_(post_ids))))
