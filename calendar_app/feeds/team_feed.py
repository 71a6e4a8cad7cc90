"""The team's private calendar: everything planned, with the rights its owner has at this very fetch."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import abort

from calendar_app import links
from calendar_app.agreeing.waiting import waiting_for
from calendar_app.extensions import db
from calendar_app.feeds import ical, parts
from calendar_app.feeds.assembling import MEDIA_TYPES, Feed
from calendar_app.feeds.choosing import BETWEEN, handles_in
from calendar_app.feeds.entry import Head, etag, feed_id
from calendar_app.people import personal_feeds
from calendar_app.people.models import Audit, Member, Site
from calendar_app.people.roles import actor_for
from calendar_app.posts.models import STATES, Post, PostStream
from calendar_app.streams.models import Stream
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from datetime import datetime

PAST, MOST = timedelta(days=400), 3000


def team_calendar(
    token: str, *, streams: str | None = None, states: str | None = None, asked: str = ""
) -> Feed:
    """The calendar behind a secret address, narrowed by handles and states joined with +. Aborts 404 or 410.

    Each post in the language that is `asked` for, where it is translated, else in its own.
    """
    member = _member_of(token)
    site = db.session.get_one(Site, 1)
    changed = _changed(member)
    head = Head(
        title=f"{member.team.name}: plan", description="Everything planned, as your team sees it. Private to you.",
        self_address=links.absolute("/calendar"), home_address=links.absolute("/calendar"), language="en",
        feed_id=feed_id(site.host, site.install_year, f"team/{member.team_id}"), updated=changed, owner=site.name,
    )  # fmt: skip
    spoken = (asked,) if asked else ()
    content = ical.render_calendar(head, parts.contents(_planned(member, streams, states), "team", spoken))
    return Feed(content, head.self_address, etag(content), changed, MEDIA_TYPES["ics"])


def _member_of(token: str) -> Member:
    """Unknown is 404, switched off 410, also for somebody who has left the team."""
    try:
        feed = personal_feeds.find(token)
    except personal_feeds.SwitchedOff:
        abort(410)
    if feed is None or feed.member is None:
        abort(404)
    return feed.member


def _planned(member: Member, streams: str | None, states: str | None) -> sa.Select[int, int]:
    """(id, version) of the team's posts that have a time."""
    when = sa.func.coalesce(Post.published_at, Post.due_at)
    today = utcnow().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    question = (
        sa.select(Post.id, Post.version.label("revision"))
        .where(Post.team_id == member.team_id, when > today - PAST)
        .order_by(when.desc(), Post.id.desc())
        .limit(MOST)
    )
    if streams is not None and streams.strip():
        within = sa.select(PostStream.post_id).join(Stream).where(Stream.handle.in_(handles_in(streams)))
        question = question.where(Post.id.in_(within))
    if states is not None and states.strip():
        wanted: sa.ColumnElement[bool] = Post.state.in_(_states(states))
        if "waiting" in BETWEEN.split(states.lower()):
            # What waits for this very member: to be approved, or to be changed as somebody wished.
            wanted = sa.or_(wanted, Post.id.in_(waiting_for(actor_for(member.person)).ids))
        question = question.where(wanted)
    return question


def _states(text: str) -> list[str]:
    """The states that are meant by `draft+in-review`; what is none is passed over."""
    named = {part.replace("-", "_") for part in BETWEEN.split(text.lower())}
    return [state for state in STATES if state in named or (state == "in_review" and "review" in named)]


def _changed(member: Member) -> datetime:
    """When the plan last changed, also by a post that was thrown away or a stream that got another name."""
    team = member.team_id
    moments = (
        sa.select(sa.func.max(Post.updated_at)).where(Post.team_id == team),
        sa.select(sa.func.max(Stream.updated_at)).where(Stream.team_id == team),
        sa.select(sa.func.max(Audit.at)).where(Audit.team_id == team, Audit.action == "post discarded"),
    )
    found = (db.session.scalar(moment) for moment in moments)
    return max([member.created_at, *(moment for moment in found if moment)])
