"""From posts to what the serialisers take: what may readers know of this post, and what may the team?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_app import links
from calendar_app.feeds.entry import Entry, EventTime
from calendar_app.posts.text import to_html

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Literal

    from calendar_app.people.models import Site
    from calendar_app.posts.models import Post
    from calendar_app.streams.models import Stream

# Calendars are told of what was withdrawn or called off for this long (feeds.md, fact 4).
TOLD_FOR = timedelta(days=30)
WORDS = {
    "draft": "Draft", "in_review": "In review", "approved": "Approved", "scheduled": "Scheduled",
    "published": "Published", "withdrawn": "Withdrawn", "missed": "Missed",
}  # fmt: skip


def public_entry(post: Post, site: Site) -> Entry | None:
    """The post as followers may see it; None when there is nothing to be seen."""
    streams = shown_streams(post)
    if not streams:
        return None
    reveal = _reveal(post)
    if post.state == "published":
        return _entry(post, site, streams, "published", show="full")
    if post.state == "withdrawn":
        return _entry(post, site, streams, "withdrawn", show="full")
    if reveal is None:
        return None
    if post.state == "scheduled":
        return _entry(post, site, streams, "planned", show=reveal)
    if post.called_off_at:
        return _entry(post, site, streams, "withdrawn", show=reveal)
    return None


def team_entry(post: Post, site: Site) -> Entry:
    """The post as its team sees it in its private calendar: everything, at the time it goes out."""
    states: dict[str, Literal["published", "planned", "withdrawn"]] = {
        "published": "published", "withdrawn": "withdrawn",
    }  # fmt: skip
    state = states.get(post.state, "planned")
    return _entry(post, site, post.streams, state, show="full", stage=WORDS[post.state], revision=post.version)


def shown_streams(post: Post) -> list[Stream]:
    """Streams that may be named to readers: the public ones, or the unlisted where a post has no other."""
    public = [stream for stream in post.streams if stream.visibility == "public"]
    return public or [stream for stream in post.streams if stream.has_feed]


def _reveal(post: Post) -> Literal["title", "time"] | None:
    """What a plan tells in advance: the most careful word among its streams counts."""
    wishes = {stream.public_schedule for stream in post.streams if stream.has_feed}
    if "nothing" in wishes or any(not stream.has_feed for stream in post.streams):
        return None
    return "time" if "times" in wishes else "title"


def _entry(
    post: Post,
    site: Site,
    streams: list[Stream],
    state: Literal["published", "planned", "withdrawn"],
    *,
    show: Literal["full", "title", "time"],
    stage: str = "",
    revision: int | None = None,
) -> Entry:
    return Entry(
        uuid=post.uuid, host=site.host, install_year=site.install_year, title=post.title, text=post.text,
        html=to_html(post.text), url=links.post(post.uuid), language=post.language,
        streams=tuple((stream.handle, stream.name) for stream in streams), state=state,
        updated_at=post.updated_at if stage else post.changed_at,
        revision=post.revision if revision is None else revision, link=post.link or None, hue=streams[0].hue,
        due_at=post.due_at, published_at=post.published_at, withdrawn_at=_gone_at(post), event=event_time(post),
        show=show, stage=stage,
    )  # fmt: skip


def _gone_at(post: Post) -> datetime | None:
    return post.withdrawn_at or (post.called_off_at if post.state not in {"scheduled", "published"} else None)


def event_time(post: Post) -> EventTime | None:
    if post.event_starts_at is None:
        return None
    return EventTime(post.event_starts_at, post.event_ends_at, post.event_timezone or "UTC", post.event_location)
