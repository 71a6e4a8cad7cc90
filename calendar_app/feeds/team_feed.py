"""The team's private calendar: everything planned, with the rights its owner has at this very fetch."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import abort

from calendar_app import links, tokens
from calendar_app.extensions import db
from calendar_app.feeds import ical, parts
from calendar_app.feeds.assembling import MEDIA_TYPES, Feed
from calendar_app.feeds.choosing import BETWEEN
from calendar_app.feeds.entry import Head, etag, feed_id
from calendar_app.people.models import Member, PersonalFeed, Site
from calendar_app.people.noting import note_use
from calendar_app.posts.models import STATES, Post, PostStream
from calendar_app.streams.models import Stream
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from datetime import datetime

PAST, MOST = timedelta(days=400), 3000
NOTE_EVERY = timedelta(minutes=5)


def team_calendar(token: str, *, streams: str | None, states: str | None) -> Feed:
    """The calendar behind a secret address, narrowed by handles and states joined with +. Aborts 404 or 410."""
    member = _member_of(token)
    question = _question(member, streams, states)
    rows = [(row.id, row.version) for row in db.session.execute(question)]
    changed = _changed(member)
    site = db.session.get_one(Site, 1)
    head = Head(
        title=f"{member.team.name}: plan", description="Everything planned, as your team sees it. Private to you.",
        self_address=links.absolute("/calendar"), home_address=links.absolute("/calendar"), language="en",
        feed_id=feed_id(site.host, site.install_year, f"team/{member.team_id}"), updated=changed, owner=site.name,
    )  # fmt: skip
    content = ical.render_calendar(head, parts.contents(rows, "team"))
    return Feed(content, etag(content), changed, MEDIA_TYPES["ics"])


def _member_of(token: str) -> Member:
    """Unknown is 404, switched off 410, also for somebody who has left the team."""
    feed = db.session.scalar(sa.select(PersonalFeed).where(PersonalFeed.digest == tokens.digest(token)))
    if feed is None:
        abort(404)
    member = feed.member
    if feed.revoked_at or member is None or member.person.disabled_at:
        abort(410)
    now = utcnow()
    if feed.last_used_at is None or now - feed.last_used_at > NOTE_EVERY:
        note_use(sa.update(PersonalFeed).where(PersonalFeed.id == feed.id).values(last_used_at=now))
    return member


def _question(member: Member, streams: str | None, states: str | None) -> sa.Select[Any]:
    when = sa.func.coalesce(Post.published_at, Post.due_at)
    question = (
        sa.select(Post.id, Post.version)
        .where(Post.team_id == member.team_id, when.is_not(None), when > utcnow() - PAST)
        .order_by(when.desc(), Post.id.desc())
        .limit(MOST)
    )
    if streams:
        wanted = [part for part in BETWEEN.split(streams.lower()) if part]
        within = sa.select(PostStream.post_id).join(Stream).where(Stream.handle.in_(wanted))
        question = question.where(Post.id.in_(within))
    if states:
        chosen = {part.replace("-", "_") for part in BETWEEN.split(states.lower()) if part}
        question = question.where(Post.state.in_(sorted(chosen & set(STATES))))
    return question


def _changed(member: Member) -> datetime:
    """When the plan last changed; a deleted draft leaves no trace in it, so the ETag alone tells of that."""
    newest = db.session.scalar(sa.select(sa.func.max(Post.updated_at)).where(Post.team_id == member.team_id))
    return newest or member.created_at
