"""Scheduled posts whose time has come become published: once by construction, in one transaction.

Our own pages and feeds follow from `published_at`; the deliveries to other places become claimable with it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app.channels.models import WAITING, Delivery
from calendar_app.channels.objecting import objections
from calendar_app.channels.tallying import End, channel_of_row, tally
from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import database_now, db
from calendar_app.languages import say
from calendar_app.media import rights
from calendar_app.people.audit import record
from calendar_app.people.models import Site
from calendar_app.posts.locking import lock
from calendar_app.posts.models import Post, PostStream
from calendar_app.posts.scheduling import need_streams_in_use, plan_deliveries
from calendar_app.posts.showing import readers_see_change, streams_of, touch_feeds
from calendar_app.streams.models import Stream
from calendar_app.times import UTCDateTime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.people.roles import Actor

BATCH = 200


def publish_due(limit: int = BATCH) -> int:
    """Publish what is due by the database's clock, at most `limit` posts; returns how many changed.

    A post later than its home stream's grace becomes missed instead. While the site is on hold (a restored
    backup) nothing happens. The caller commits.
    """
    now = database_now()
    rows = db.session.execute(_due_posts(), {"now": now, "most": limit}).all()
    too_late = [row.id for row in rows if row.due_at + timedelta(minutes=row.grace_minutes) < now]
    missed = set(too_late)
    _publish([row.id for row in rows if row.id not in missed], now)
    _miss(too_late, now)
    return len(rows)


def publish_now(post: Post, *, actor: Actor, now: datetime) -> None:
    """Let a post go out at once. Raises Refused, Conflict, NotAllowed."""
    lock(post)
    actor.need("publish posts", post.team_id)
    if post.state == "published":
        return
    if post.state == "withdrawn":
        raise Conflict(say("This post has been withdrawn. Duplicate it to publish it again."))
    if any(stream.needs_approval for stream in post.streams) and post.state not in {"approved", "scheduled"}:
        raise Conflict(say("This post needs approval before it goes out."))
    need_streams_in_use(post)
    if not post.title and not post.text:
        raise Refused({"text": say("Write a title or a text first.")})
    if sentences := {**rights.hindrances(post, now), **objections(post)}:
        raise Refused(sentences)
    if on_hold():
        raise Conflict(
            say(
                "Nothing goes out at the moment: this site was restored from a backup "
                "and waits for its operator."
            )
        )
    post.due_at = now
    post.publish_at = None
    post.state = "published"
    post.published_at = now
    post.called_off_at = None
    post.version += 1
    post.updated_at = now
    plan_deliveries(post)
    readers_see_change(post, now)
    record("post published", post.uuid, actor=actor, team_id=post.team_id)


def on_hold() -> str | None:
    """Why nothing may go out, if so: a restored backup that its operator has not confirmed."""
    return db.session.scalar(sa.select(Site.hold_reason))


@cache
def _due_posts() -> sa.Select[int, datetime | None, int]:
    """Built once: building it takes longer than answering it."""
    held = sa.select(Site.id).where(Site.hold_reason.is_not(None)).exists()
    return (
        sa.select(Post.id, Post.due_at, Stream.grace_minutes)
        .join(PostStream, sa.and_(PostStream.post_id == Post.id, PostStream.position == 0))
        .join(Stream, Stream.id == PostStream.stream_id)
        .where(Post.is_scheduled(), Post.due_at <= sa.bindparam("now", type_=UTCDateTime()), ~held)
        .order_by(Post.due_at, Post.id)
        .limit(sa.bindparam("most", type_=sa.Integer()))
        .with_for_update(of=Post, skip_locked=True, key_share=True)
    )


def _publish(ids: Sequence[int], now: datetime) -> None:
    if not ids:
        return
    db.session.execute(
        sa.update(Post)
        .where(Post.id.in_(ids))
        .values(state="published", published_at=now, changed_at=now, updated_at=now,
                revision=Post.revision + 1, version=Post.version + 1)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    touch_feeds(streams_of(ids), now)
    db.session.expire_all()


def _miss(ids: Sequence[int], now: datetime) -> None:
    if not ids:
        return
    db.session.execute(
        sa.update(Post)
        .where(Post.id.in_(ids))
        .values(state="missed", called_off_at=now, changed_at=now, updated_at=now,
                revision=Post.revision + 1, version=Post.version + 1)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    channels = db.session.scalars(
        sa.update(Delivery)
        .where(Delivery.post_id.in_(ids), Delivery.state.in_(WAITING))
        .values(state="missed", reason="The post was past its stream's grace when Sluice could look again.")
        .returning(channel_of_row())
        .execution_options(synchronize_session=False)
    ).all()
    tally(End(channel, "missed") for channel in channels)
    for uuid, team_id in db.session.execute(sa.select(Post.uuid, Post.team_id).where(Post.id.in_(ids))).all():
        record("post missed", uuid, team_id=team_id)
    touch_feeds(streams_of(ids), now)
    db.session.expire_all()
