"""A stream is made, changed, put away and taken up again, and what readers see of it follows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import db
from calendar_app.feeds.models import FeedPart
from calendar_app.languages import say, say_count
from calendar_app.people.audit import record
from calendar_app.posts.checking import Findings
from calendar_app.posts.models import Post, PostStream, Translation
from calendar_app.posts.scheduling import plan_deliveries
from calendar_app.posts.showing import touch_feeds
from calendar_app.streams import checking
from calendar_app.streams.models import HUES, Stream

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from calendar_app.people.roles import Actor

# What the head of a feed shows, and what each post in it shows of its streams.
IN_FEED = {"name", "description", "hue", "language", "visibility", "public_schedule"}
IN_POSTS = {"name", "hue", "language", "visibility", "public_schedule"}


def make_stream(changes: Mapping[str, Any], *, actor: Actor, now: datetime) -> Stream:
    """A new stream in the session (flushed). Needed: handle, name, and team where the asker has several.

    Keys as in `edit_stream`. What is not given: the colour that fewest streams have, the asker's language and
    time zone, public with titles, no cadence. Raises Refused (a sentence for every wrong field), NotAllowed.
    """
    found = Findings()
    team = checking.team_of(changes.get("team"), actor, found) if actor.team_ids else None
    actor.need("edit streams", team.id if team else _any_team(actor))
    given = {"name": "", "language": actor.person.locale, "timezone": actor.person.timezone,
             "colour": unused_colour(), **changes}  # fmt: skip
    handle = checking.new_handle(changes.get("handle"), found)
    values = checking.columns(given, team.id if team else None, found)
    found.settle()
    assert team is not None  # noqa: S101  (settled above)
    stream = Stream(
        team_id=team.id, handle=handle, created_at=now, updated_at=now, feed_changed_at=now, **values
    )
    _add(stream)
    record("stream made", handle, actor=actor, team_id=team.id, after=_written(stream, values))
    return stream


def edit_stream(stream: Stream, changes: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    """Change what is given and leave the rest.

    Keys: name, description, colour, language, timezone, visibility, public_schedule, guidelines, responsible
    (a member's id or None), needs_approval, cadence (plain words or RRULE), grace_minutes, default_accounts
    (ids); handle and team only as they are. Raises Refused (a sentence for every wrong field), NotAllowed.
    """
    actor.need("edit streams", stream.team_id)
    found = Findings()
    if "handle" in changes:
        checking.same_handle(changes["handle"], stream, found)
    if "team" in changes:
        checking.same_team(changes["team"], stream, actor, found)
    values = checking.columns(changes, stream.team_id, found)
    found.settle()
    changed = {name: value for name, value in values.items() if getattr(stream, name) != value}
    if not changed:
        return
    before = _written(stream, changed)
    others = _show_posts_anew(stream, set(changed), now)
    planned = _scheduled(stream) if "accounts" in changed else []
    other_bytes = bool(IN_FEED & set(changed)) or _names_another_hub(stream, changed)
    for name, value in changed.items():
        setattr(stream, name, value)
    stream.updated_at = now
    db.session.flush()
    for post in planned:
        if not post.own_places:
            # It goes where its streams go.
            plan_deliveries(post)
    if other_bytes:
        touch_feeds({stream.id, *others}, now)
    record("stream changed", stream.handle, actor=actor, team_id=stream.team_id,
           before=before, after=_written(stream, changed))  # fmt: skip


def archive(stream: Stream, *, actor: Actor, now: datetime) -> None:
    """Take the stream out of use: its feed stays readable, no new post goes there.

    Raises Conflict, NotAllowed.
    """
    actor.need("edit streams", stream.team_id)
    if stream.archived_at is not None:
        return
    planned = _scheduled(stream)
    if planned:
        raise Conflict(_still_planned(stream, len(planned)))
    _set_archived(stream, now, now)
    record("stream archived", stream.handle, actor=actor, team_id=stream.team_id)


def revive(stream: Stream, *, actor: Actor, now: datetime) -> None:
    """Bring an archived stream back into use. Raises NotAllowed."""
    actor.need("edit streams", stream.team_id)
    if stream.archived_at is None:
        return
    _set_archived(stream, None, now)
    record("stream revived", stream.handle, actor=actor, team_id=stream.team_id)


def unused_colour() -> str:
    """The hue that the fewest living streams of the site have: what a new stream is offered."""
    rows = db.session.execute(
        sa.select(Stream.hue, sa.func.count()).where(Stream.archived_at.is_(None)).group_by(Stream.hue)
    )
    used: dict[str, int] = dict(rows.all())
    return min(HUES, key=lambda hue: used.get(hue, 0))


def _still_planned(stream: Stream, count: int) -> str:
    first = say_count(
        "One scheduled post is still to go out in “%(name)s”.",
        "%(num)d scheduled posts are still to go out in “%(name)s”.",
        count, name=stream.name,
    )  # fmt: skip
    then = say("Take them back to draft or move them to another stream, then archive it.")
    return f"{first} {then}"


def _any_team(actor: Actor) -> int:
    """Where the team is yet unknown: one in which the right is held, so that all can be told at once."""
    return next((team for team in actor.team_ids if actor.may("edit streams", team)), 0)


def _add(stream: Stream) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(stream)
    except IntegrityError as error:
        # Somebody else took the handle after we had looked.
        raise Refused({"handle": checking.taken(stream.handle)}) from error


def _scheduled(stream: Stream) -> list[Post]:
    """The scheduled posts of the stream, taken for this transaction."""
    db.session.flush()
    posts = db.session.scalars(
        sa.select(Post)
        .where(Post.state == "scheduled", Post.id.in_(_posts_in(stream)))
        .order_by(Post.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return list(posts)


def _posts_in(stream: Stream) -> sa.Select[int]:
    return sa.select(PostStream.post_id).where(PostStream.stream_id == stream.id)


def _show_posts_anew(stream: Stream, changed: set[str], now: datetime) -> set[int]:
    """What feeds have kept of these posts is made again; returns the other streams in which they stand."""
    if not changed & IN_POSTS:
        return set()
    wanted: sa.ColumnElement[bool] = Post.id.in_(_posts_in(stream))
    if changed & IN_POSTS == {"public_schedule"}:
        wanted = sa.and_(wanted, Post.published_at.is_(None))
    if changed & IN_POSTS == {"language"}:
        # Which of its languages a post is told in.
        wanted = sa.and_(wanted, sa.exists().where(Translation.post_id == Post.id))
    # In order of id, and before the stream's own row, as all who change posts do: nobody waits in a circle.
    db.session.execute(sa.select(Post.id).where(wanted).order_by(Post.id).with_for_update(key_share=True))
    db.session.execute(
        sa.update(Post)
        .where(wanted)
        .values(
            revision=Post.revision + 1,
            # Calendar programs pass over an event whose LAST-MODIFIED did not rise with its SEQUENCE.
            changed_at=now,
        )
        .execution_options(synchronize_session="fetch")
    )
    ours = sa.select(Post.id).where(wanted)
    db.session.execute(sa.delete(FeedPart).where(FeedPart.format == "team", FeedPart.post_id.in_(ours)))
    return set(
        db.session.scalars(sa.select(PostStream.stream_id).where(PostStream.post_id.in_(ours)).distinct())
    )


def _names_another_hub(stream: Stream, changed: Mapping[str, Any]) -> bool:
    """Feeds name the hub among the accounts of their stream."""
    accounts = set(stream.accounts)
    return any(one.channel == "websub" for one in accounts ^ set(changed.get("accounts", accounts)))


def _set_archived(stream: Stream, at: datetime | None, now: datetime) -> None:
    stream.archived_at = at
    stream.updated_at = now
    db.session.flush()
    touch_feeds({stream.id}, now)


def _written(stream: Stream, names: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as the record of changes keeps them."""
    return {
        name: [account.id for account in stream.accounts] if name == "accounts" else getattr(stream, name)
        for name in names
    }
