"""From posts to what the serialisers take: what may readers know of this post, and what may the team?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from calendar_app import links
from calendar_app.feeds.entry import Entry, EntryPicture, EventTime
from calendar_app.media.showing import shown_in
from calendar_app.media.weighing import weight
from calendar_app.posts.text import to_html
from calendar_app.posts.wording import in_language

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_app.people.models import Site
    from calendar_app.posts.models import Post
    from calendar_app.posts.wording import Words
    from calendar_app.streams.models import Stream

    State = Literal["published", "planned", "withdrawn"]
    Show = Literal["full", "title", "time"]

# Calendars are told of what was withdrawn or called off for this long (feeds.md, fact 4).
TOLD_FOR = timedelta(days=30)
SAID: dict[str, State] = {"published": "published", "withdrawn": "withdrawn"}
WORDS = {
    "draft": "Draft", "in_review": "In review", "approved": "Approved", "scheduled": "Scheduled",
    "published": "Published", "withdrawn": "Withdrawn", "missed": "Missed",
}  # fmt: skip


def public_entry(
    post: Post, site: Site, *, seen_at: datetime | None = None, with_html: bool = True, language: str = ""
) -> Entry | None:
    """The post as followers may see it; None when there is nothing to be seen.

    In `language` where there is a translation (left out: that of its home stream), else in the post's own.
    `seen_at`: the time at which calendars have shown the plan so far, where that is known.
    """
    if not any(stream.has_feed for stream in post.streams):
        return None
    words = in_language(post, language or post.home.language)
    asked = language if words.language == language else ""
    if post.state in SAID:
        html = to_html(words.text) if with_html else ""
        shown_with = _pictures(post, words) if with_html and post.state == "published" else ()
        return _entry(
            post, site, SAID[post.state], words, show="full", html=html, pictures=shown_with, asked=asked
        )
    shown = reveal(post)
    if shown is None:
        return None
    if post.state == "scheduled":
        return _entry(post, site, "planned", words, show=shown)
    if post.called_off_at is None:
        return None
    return _called_off(post, site, words, shown, seen_at)


def team_entry(post: Post, site: Site, *, language: str = "") -> Entry:
    """The post as its team sees it in its private calendar: everything, at the time it goes out."""
    words = in_language(post, language or post.language)
    return _entry(post, site, SAID.get(post.state, "planned"), words, show="full", for_team=True)


def named_streams(post: Post) -> Sequence[Stream]:
    """Streams that may be named to readers: the public ones; else the unlisted, where it is but one.

    Of two unlisted streams neither's followers were told of the other.
    """
    public = [stream for stream in post.streams if stream.visibility == "public"]
    unlisted = [stream for stream in post.streams if stream.visibility == "unlisted"]
    return public or (unlisted if len(unlisted) == 1 else [])


def reveal(post: Post) -> Literal["title", "time"] | None:
    """What a plan tells in advance: the most careful word among its streams counts."""
    wishes = {stream.public_schedule for stream in post.streams}
    if "nothing" in wishes or any(not stream.has_feed for stream in post.streams):
        return None
    return "time" if "times" in wishes else "title"


def event_time(post: Post) -> EventTime | None:
    if post.event_starts_at is None:
        return None
    return EventTime(
        post.event_starts_at, post.event_ends_at, post.event_timezone or "UTC", post.event_location
    )


def _called_off(
    post: Post, site: Site, words: Words, shown: Literal["title", "time"], seen_at: datetime | None
) -> Entry | None:
    """Cancelled as readers knew it. What was written into the draft since then is none of their business."""
    assert post.called_off_at is not None  # noqa: S101  (the caller looked)
    if post.updated_at <= post.called_off_at and post.due_at:
        return _entry(post, site, "withdrawn", words, show=shown)
    return _entry(post, site, "withdrawn", words, show="time", due_at=seen_at) if seen_at else None


def _entry(
    post: Post, site: Site, state: State, words: Words, *, show: Show, for_team: bool = False,
    due_at: datetime | None = None, html: str = "", pictures: tuple[EntryPicture, ...] = (), asked: str = "",
) -> Entry:  # fmt: skip
    streams = post.streams if for_team else named_streams(post)
    full = show == "full"
    return Entry(
        uuid=post.uuid, host=site.host, install_year=site.install_year, title=words.title if show != "time" else "",
        text=words.text if full else "", html=html, language=words.language,
        url=links.absolute(f"/posts/{post.uuid}/edit") if for_team else links.post(post.uuid, asked),
        streams=tuple((stream.handle, stream.name) for stream in streams), state=state,
        updated_at=post.updated_at if for_team else post.changed_at,
        revision=post.version if for_team else post.revision, link=post.link or None if full else None,
        hue=streams[0].hue if streams else None, due_at=due_at or post.due_at, published_at=post.published_at,
        withdrawn_at=_gone_at(post, state), event=event_time(post) if full else None, show=show,
        stage=WORDS[post.state] if for_team else "", pictures=pictures,
    )  # fmt: skip


def _pictures(post: Post, words: Words) -> tuple[EntryPicture, ...]:
    return tuple(
        EntryPicture(
            address=links.picture(row.name, row.medium.media_type), media_type=row.medium.media_type,
            size=weight(row), shown_at=links.absolute(seen.src), width=seen.width,
            height=seen.height, alt=seen.alt, credit=seen.credit,
        )
        for row, seen in zip(post.pictures, shown_in(post, words), strict=True)
    )  # fmt: skip


def _gone_at(post: Post, state: State) -> datetime | None:
    return (post.withdrawn_at or post.called_off_at) if state == "withdrawn" else None
