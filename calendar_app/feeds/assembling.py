"""Which posts a feed shows, and the feed's bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app import links
from calendar_app.extensions import db
from calendar_app.feeds import atom, ical, json_feed, parts, rss
from calendar_app.feeds.entries import TOLD_FOR
from calendar_app.feeds.entry import Head, etag, feed_id
from calendar_app.people.models import Site
from calendar_app.posts.models import Post, PostStream
from calendar_app.streams.models import Stream
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MEDIA_TYPES = {
    "ics": "text/calendar; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
    "opml": "text/x-opml; charset=utf-8",
}
JOIN: dict[str, Callable[[Head, Iterable[bytes]], bytes]] = {
    "ics": ical.render_calendar,
    "atom": atom.render_feed,
    "rss": rss.render_feed,
    "json": json_feed.render_feed,
}
# Calendars keep the past for a while; readers' programs want the latest.
CALENDAR_PAST, CALENDAR_MOST, READER_MOST = timedelta(days=400), 2000, 50


@dataclass(frozen=True)
class Feed:
    """The finished bytes, their strong ETag and the moment they last changed."""

    content: bytes
    etag: str
    changed_at: datetime
    media_type: str


def stream_feed(stream: Stream, form: str) -> Feed:
    """One stream's feed in one format."""
    return _feed(
        [stream], form, name=f"stream/{stream.handle}", title=stream.name, description=stream.description,
        address=links.stream_feed(stream.handle, form), home=links.stream(stream.handle),
        language=stream.language, hue=stream.hue,
    )  # fmt: skip


def choice_feed(streams: Sequence[Stream], form: str) -> Feed:
    """Several streams in one feed, each post once. The address names the choice, in alphabetical order."""
    streams = sorted(streams, key=lambda stream: stream.handle)
    handles = [stream.handle for stream in streams]
    return _feed(
        streams, form, name=f"follow/{'+'.join(handles)}",
        title=f"{_site().name}: {', '.join(stream.name for stream in streams)}",
        description="The streams you chose, in one feed.", address=links.choice_feed(handles, form),
        home=links.home(), language=streams[0].language,
    )  # fmt: skip


def everything_feed(streams: Sequence[Stream], form: str, changed_at: datetime) -> Feed:
    """All public streams. `changed_at` also counts streams that have gone from it."""
    return _feed(
        streams, form, name="everything", title=_site().name, description="Everything we share, all streams together.",
        address=links.everything_feed(form), home=links.home(),
        language=streams[0].language if streams else "en", changed_at=changed_at,
    )  # fmt: skip


def _feed(
    streams: Sequence[Stream], form: str, *, name: str, title: str, description: str, address: str, home: str,
    language: str, hue: str | None = None, changed_at: datetime | None = None,
) -> Feed:  # fmt: skip
    site = _site()
    changed = max([stream.feed_changed_at for stream in streams] + ([changed_at] if changed_at else []))
    head = Head(
        title=title, description=description, self_address=address, home_address=home, language=language,
        feed_id=feed_id(site.host, site.install_year, name), updated=changed, owner=site.name, hue=hue,
    )  # fmt: skip
    rows = posts_shown([stream.id for stream in streams], form, utcnow())
    content = JOIN[form](head, parts.contents(rows, form))
    return Feed(content, etag(content), changed, MEDIA_TYPES[form])


def posts_shown(stream_ids: Sequence[int], form: str, now: datetime) -> list[tuple[int, int]]:
    """(post id, revision) of what this feed shows, newest first, each post once however many streams it is in."""
    told = now - TOLD_FOR
    withdrawn = sa.and_(Post.state == "withdrawn", Post.withdrawn_at > told)
    if form == "ics":
        shown = sa.or_(
            sa.and_(Post.state == "published", Post.published_at > now - CALENDAR_PAST),
            sa.and_(Post.state == "published", Post.event_starts_at > now - CALENDAR_PAST),
            Post.state == "scheduled",
            withdrawn,
            sa.and_(Post.state.not_in(("published", "withdrawn", "scheduled")), Post.called_off_at > told),
        )
        when: sa.ColumnElement[datetime | None] = sa.func.coalesce(Post.published_at, Post.due_at, Post.called_off_at)
        most = CALENDAR_MOST
    else:
        shown = sa.or_(Post.state == "published", withdrawn if form == "atom" else sa.false())
        when, most = sa.func.coalesce(Post.published_at), READER_MOST
    within = sa.select(PostStream.post_id).where(PostStream.stream_id.in_(stream_ids))
    question = (
        sa.select(Post.id, Post.revision)
        .where(Post.id.in_(within), shown)
        .order_by(when.desc(), Post.id.desc())
        .limit(most)
    )
    return [(row.id, row.revision) for row in db.session.execute(question)]


def _site() -> Site:
    return db.session.get_one(Site, 1)
