"""Which posts a feed shows, when it changed last, and the feed's bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from calendar_app import links
from calendar_app.channels.websub.advertising import hub_of
from calendar_app.extensions import db
from calendar_app.feeds import atom, ical, json_feed, parts, rss, tongues
from calendar_app.feeds.choosing import last_hidden
from calendar_app.feeds.describing import CHOSEN, EVERYTHING, in_language
from calendar_app.feeds.entries import TOLD_FOR
from calendar_app.feeds.entry import Head, etag, feed_id
from calendar_app.people.models import Site
from calendar_app.posts.models import Post, PostStream
from calendar_app.posts.wording import nearest
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from calendar_app.streams.models import Stream

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
    """The finished bytes, the address they call their own, their strong ETag and the moment they last changed.

    `hub` is the hub that is told of changes, where the feed names one. `offered`: the languages that there are, where
    one was asked for.
    """

    content: bytes
    address: str
    etag: str
    changed_at: datetime
    media_type: str
    hub: str | None = None
    offered: tuple[str, ...] = ()


def stream_feed(stream: Stream, form: str, *, asked: str = "") -> Feed:
    """One stream's feed in one format; in the language that was `asked` for, as far as its posts have it."""
    return _feed(
        [stream], form, asked, name=f"stream/{stream.handle}", title=stream.name, description=stream.description,
        address=links.stream_feed(stream.handle, form), home=links.stream(stream.handle), hue=stream.hue,
        language=stream.language, hub=hub_of([stream], form),
    )  # fmt: skip


def choice_feed(streams: Sequence[Stream], form: str, *, some_missing: bool = False, asked: str = "") -> Feed:
    """Several streams in one feed, each post once, in alphabetical order of handles.

    `some_missing`: the address names more than these, which may have been among them until lately.
    """
    handles = [stream.handle for stream in streams]
    return _feed(
        streams, form, asked, name=f"follow/{'+'.join(handles)}",
        title=f"{_site().name}: {', '.join(stream.name for stream in streams)}",
        description=CHOSEN, address=links.choice_feed(handles, form),
        home=links.home(), others=some_missing,
    )  # fmt: skip


def everything_feed(streams: Sequence[Stream], form: str, *, asked: str = "") -> Feed:
    """All public streams."""
    return _feed(
        streams, form, asked, name="everything", title=_site().name,
        description=EVERYTHING,
        address=links.everything_feed(form), home=links.home(), others=True, hub=hub_of(streams, form),
    )  # fmt: skip


def shown_posts(stream_ids: Sequence[int], form: str, now: datetime) -> sa.Select[int, int]:
    """(id, revision) of what this feed shows, newest first, each post once however many streams it is in.

    What is too old leaves at midnight UTC, so that all who ask on one day are told the same.
    """
    told, past = _horizons(now)
    withdrawn = sa.and_(Post.state == "withdrawn", Post.withdrawn_at > told)
    # A withdrawal is news as well, however old its post.
    when = sa.func.coalesce(Post.withdrawn_at, Post.published_at, Post.due_at, Post.called_off_at)
    shown: sa.ColumnElement[bool] = Post.state == "published"
    if form == "ics":
        recent = sa.or_(Post.published_at > past, Post.event_starts_at > past)
        called_off = sa.and_(
            Post.state.not_in(("published", "withdrawn", "scheduled")), Post.called_off_at > told
        )
        shown = sa.or_(sa.and_(shown, recent), Post.state == "scheduled", withdrawn, called_off)
    elif form == "atom":
        shown = sa.or_(shown, withdrawn)
    return (
        sa.select(Post.id, Post.revision)
        .where(Post.id.in_(_within(stream_ids)), shown)
        .order_by(when.desc(), Post.id.desc())
        .limit(CALENDAR_MOST if form == "ics" else READER_MOST)
    )


def _feed(
    streams: Sequence[Stream], form: str, asked: str, *, name: str, title: str, description: str | Mapping[str, str],
    address: str, home: str, hue: str | None = None, others: bool = False, hub: str | None = None, language: str = "",
) -> Feed:  # fmt: skip
    site, now = _site(), utcnow()
    ids, offered = [stream.id for stream in streams], tuple(tongues.offered(streams)) if asked else ()
    chosen = nearest(offered, asked) or ""
    if chosen:
        # Another feed, of the same posts. No hub is told of it.
        name, address, hub = f"{name}?lang={chosen}", f"{address}?lang={chosen}", None
    changed = _changed(streams, form, now, others=others)
    own = chosen or (streams[0].language if streams else "en")
    said = description if isinstance(description, str) else in_language(description, own)
    head = Head(
        title=title, description=said, self_address=address, home_address=home,
        language=own,
        feed_id=feed_id(site.host, site.install_year, name),
        updated=changed, owner=site.name, hue=hue, hub_address=hub,
    )  # fmt: skip
    spoken = tuple(filter(None, (chosen, language)))
    content = JOIN[form](head, parts.contents(shown_posts(ids, form, now), form, spoken))
    return Feed(content, address, etag(content), changed, MEDIA_TYPES[form], hub, offered)


def _changed(streams: Sequence[Stream], form: str, now: datetime, *, others: bool) -> datetime:
    """When these bytes changed last: also when a stream left, and when a post had been told of for long enough."""
    moments: list[datetime | None] = [_site().created_at, *(stream.feed_changed_at for stream in streams)]
    if others:
        moments.append(last_hidden(streams))
    moments += _leavings([stream.id for stream in streams], form, now)
    return max(moment for moment in moments if moment is not None)


def _leavings(stream_ids: Sequence[int], form: str, now: datetime) -> list[datetime | None]:
    """When a post last left this feed by age alone."""
    told, past = _horizons(now)
    withdrawn = sa.func.max(sa.case((Post.withdrawn_at <= told, Post.withdrawn_at)))
    called_off = sa.func.max(sa.case((Post.called_off_at <= told, Post.called_off_at)))
    old = sa.and_(
        Post.published_at <= past, sa.or_(Post.event_starts_at.is_(None), Post.event_starts_at <= past)
    )
    said, event = (
        sa.func.max(sa.case((old, column))) for column in (Post.published_at, Post.event_starts_at)
    )
    if form not in {"ics", "atom"}:
        return []
    question = sa.select(withdrawn, called_off, said, event).where(Post.id.in_(_within(stream_ids)))
    row = db.session.execute(question).one()
    ages = [TOLD_FOR] if form == "atom" else [TOLD_FOR, TOLD_FOR, CALENDAR_PAST, CALENDAR_PAST]
    return [_midnight_after(moment + age) for moment, age in zip(row, ages, strict=False) if moment]


def _within(stream_ids: Sequence[int]) -> sa.Select[int]:
    return sa.select(PostStream.post_id).where(PostStream.stream_id.in_(stream_ids))


def _horizons(now: datetime) -> tuple[datetime, datetime]:
    """After which moment a withdrawal is still told, and a published post still stands in calendars."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - TOLD_FOR, today - CALENDAR_PAST


def _midnight_after(moment: datetime) -> datetime:
    """The first midnight, UTC, that is not before `moment`."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day if day == moment else day + timedelta(days=1)


def _site() -> Site:
    return db.session.get_one(Site, 1)
