"""Warnings about when a post comes: too close, too many, too quiet, in a pause. Each with one way out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from calendar_app.extensions import db
from calendar_app.languages import both, in_words, say, say_count
from calendar_app.planner.promises import unfilled
from calendar_app.posts import saying
from calendar_app.posts.crowding import clear_of, flood_around, silence_before
from calendar_app.posts.free_slots import Slot, slot_at
from calendar_app.posts.models import Place, Post, PostStream
from calendar_app.streams.breaks import breaks_of, clock
from calendar_app.streams.cadence import BadCadence, Cadence, next_free, slots
from calendar_app.streams.models import Stream
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from calendar_app.channels.models import Account

GOES_OUT = ("draft", "in_review", "approved", "scheduled", "published")
MOST_NAMED = 3
# So many streams within so short a time are a choir.
CHOIR, TOGETHER = 3, timedelta(minutes=5)
LEAST_SILENT = 2
AN_EVENT = timedelta(hours=1)
FAR = timedelta(days=370)


class Caution(NamedTuple):
    """`what` in a few words, `why` in a sentence, and ways out: an address, and another time as a button."""

    what: str
    why: str
    way: str = ""
    way_name: str = ""
    slot: Slot | None = None
    slot_name: str = ""


class _Around(NamedTuple):
    """A living post near the one that is looked at."""

    post: Post
    at: datetime


def timing(
    post: Post, *, streams: Sequence[Stream], accounts: Sequence[Account], now: datetime
) -> Iterator[Caution]:
    """For a post that can be planned and has a time."""
    if not streams:
        return
    yield from crowding_at(post, streams=streams, accounts=accounts, now=now)
    yield from _event_clash(post)
    yield from _silence(post, streams[0], now)


def crowding_at(
    post: Post, *, streams: Sequence[Stream], accounts: Sequence[Account], now: datetime
) -> Iterator[Caution]:
    """Only what is in the way just then: other posts, quiet hours, a pause."""
    assert post.due_at is not None  # noqa: S101  (asked by the caller)
    if not streams:
        return
    around = _around(post, max([TOGETHER, *(timedelta(minutes=one.near_minutes) for one in streams)]))
    yield from _close(post, streams, around, now)
    yield from _same_place(post, streams, accounts, around, now)
    yield from _choir(post, streams, around, now)
    for stream in streams:
        yield from _flood(post, stream, streams[0], now)
        yield from _broken(post, stream, streams[0], now)


def _around(post: Post, width: timedelta) -> list[_Around]:
    assert post.due_at is not None  # noqa: S101  (asked by the caller)
    rows = db.session.scalars(
        sa.select(Post)
        .where(
            Post.team_id == post.team_id, Post.state.in_(GOES_OUT), Post.uuid != post.uuid,
            Post.due_at > post.due_at - width, Post.due_at < post.due_at + width,
        )
        .order_by(Post.due_at, Post.id)
        .limit(100)
        .options(
            selectinload(Post.in_streams).joinedload(PostStream.stream).selectinload(Stream.accounts),
            selectinload(Post.places).joinedload(Place.account),
        )
    )  # fmt: skip
    return [_Around(row, row.due_at) for row in rows if row.due_at]


def _close(
    post: Post, streams: Sequence[Stream], around: Sequence[_Around], now: datetime
) -> Iterator[Caution]:
    """Another post within the minutes that one of these streams wants between two."""
    assert post.due_at is not None  # noqa: S101  (asked by the caller)
    near = {one.id: timedelta(minutes=one.near_minutes) for one in streams}
    found: list[tuple[_Around, Stream]] = []
    for other in around:
        shared = (
            one for one in other.post.streams if abs(other.at - post.due_at) < near.get(one.id, timedelta())
        )
        stream = next(shared, None)
        if stream is not None:
            found.append((other, stream))
    widest = max(near.values(), default=timedelta())
    for other, stream in found[:MOST_NAMED]:
        zone = post.timezone or stream.timezone
        yield _moved(
            Caution(
                say("Close to another post."),
                say(
                    "“%(title)s” goes out in %(stream)s at %(time)s. Who follows it gets both.",
                    title=other.post.title or say("Untitled"), stream=stream.name,
                    time=saying.time_and_zone(other.at, zone),
                ),
                f"/posts/{other.post.uuid}/edit",
                say("See the other post"),
            ),
            clear_of(post.due_at, [one.at for one, _ in found], widest), zone, now,
        )  # fmt: skip


def _same_place(
    post: Post,
    streams: Sequence[Stream],
    accounts: Sequence[Account],
    around: Sequence[_Around],
    now: datetime,
) -> Iterator[Caution]:
    """Posts of other streams that the same account would show at nearly the same time."""
    assert post.due_at is not None  # noqa: S101  (asked by the caller)
    ours, near = {account.id for account in accounts}, timedelta(minutes=streams[0].near_minutes)
    mine = {stream.id for stream in streams}
    for other in around:
        if abs(other.at - post.due_at) >= near or mine & {stream.id for stream in other.post.streams}:
            continue
        shared = [account.name for account in other.post.targets if account.id in ours]
        if shared:
            zone = post.timezone or "UTC"
            yield _moved(
                Caution(
                    say("Two posts in one place."),
                    say(
                        "“%(title)s” goes to %(accounts)s as well, at %(time)s. It shows both in a row.",
                        title=other.post.title or say("Untitled"), accounts=both(shared[:3]),
                        time=saying.time_and_zone(other.at, zone),
                    ),
                ),
                clear_of(post.due_at, [one.at for one in around], near), zone, now,
            )  # fmt: skip
            return


def _choir(
    post: Post, streams: Sequence[Stream], around: Sequence[_Around], now: datetime
) -> Iterator[Caution]:
    """Many streams that speak at once: who follows several gets a pile."""
    assert post.due_at is not None  # noqa: S101  (asked by the caller)
    together = [other for other in around if abs(other.at - post.due_at) < TOGETHER]
    names = {one.id: one.name for other in together for one in other.post.streams}
    names = {number: name for number, name in names.items() if number not in {one.id for one in streams}}
    if len(names) + 1 >= CHOIR:
        yield _moved(
            Caution(
                say("Many streams speak at once."),
                say(
                    "%(streams)s have a post at the same time. Who follows several gets them all together.",
                    streams=both([streams[0].name, *sorted(names.values())][:4]),
                ),
            ),
            clear_of(post.due_at, [one.at for one in together], TOGETHER), post.timezone or "UTC", now,
        )  # fmt: skip


def _event_clash(post: Post) -> Iterator[Caution]:
    """Another event of the team while this one lasts."""
    if post.event_starts_at is None:
        return
    ends = post.event_ends_at or post.event_starts_at + AN_EVENT
    rows = db.session.scalars(
        sa.select(Post)
        .where(
            Post.team_id == post.team_id, Post.state.in_(GOES_OUT), Post.uuid != post.uuid,
            Post.event_starts_at < ends,
            sa.or_(
                Post.event_ends_at > post.event_starts_at,
                sa.and_(Post.event_ends_at.is_(None), Post.event_starts_at > post.event_starts_at - AN_EVENT),
            ),
        )
        .order_by(Post.event_starts_at, Post.id)
        .limit(MOST_NAMED)
    )  # fmt: skip
    for other in rows:
        if other.event_starts_at:
            time = saying.time_and_zone(other.event_starts_at, post.event_timezone or "UTC")
            yield Caution(
                say("Another event at the same time."),
                say(
                    "“%(title)s” begins at %(time)s. Who wants both must choose.",
                    title=other.title or say("Untitled"), time=time,
                ),
                f"/posts/{other.uuid}/edit",
                say("See the other post"),
            )  # fmt: skip


def _flood(post: Post, stream: Stream, home: Stream, now: datetime) -> Iterator[Caution]:
    assert post.due_at is not None  # noqa: S101  (asked by the caller)
    width = timedelta(hours=stream.flood_hours)
    others = planned_in(stream, post.due_at - width, post.due_at + width, but=post.uuid)
    found = flood_around(post.due_at, others, stream.flood_posts, stream.flood_hours)
    if found is not None:
        free = _free(home, post, now, after=found.last)
        yield Caution(
            say("Much at once in “%(stream)s”.", stream=stream.name),
            say_count(
                "%(num)d post within %(hours)s hours; more than %(most)s are many for those who follow it.",
                "%(num)d posts within %(hours)s hours; more than %(most)s are many for those who follow it.",
                found.posts, hours=stream.flood_hours, most=stream.flood_posts,
            ),
            slot=free, slot_name=_take(free),
        )  # fmt: skip


def _broken(post: Post, stream: Stream, home: Stream, now: datetime) -> Iterator[Caution]:
    """In quiet hours, or in a pause."""
    assert post.due_at is not None  # noqa: S101  (asked by the caller)
    wall, broken = to_wall(post.due_at, stream.timezone), breaks_of(stream)
    if quiet := broken.quiet_at(wall):
        after = wall.replace(hour=quiet.until // 60, minute=quiet.until % 60, second=0, microsecond=0)
        after += timedelta(days=after < wall)
        slot = slot_at(after, stream.timezone, now)
        yield Caution(
            say("In the quiet hours of “%(stream)s”.", stream=stream.name),
            say("From %(since)s to %(until)s it keeps still. It goes out all the same.",
                since=clock(quiet.since), until=clock(quiet.until)),
            slot=slot, slot_name=_move(slot),
        )  # fmt: skip
    if pause := broken.pause_on(wall.date()):
        free = _free(home, post, now, after=post.due_at)
        first, last = in_words(pause.first), in_words(pause.last) if pause.last else ""
        length = (
            say("It pauses from %(first)s to %(last)s.", first=first, last=last)
            if last
            else say("It pauses from %(first)s on.", first=first)
        )
        yield Caution(
            say("“%(stream)s” pauses.", stream=stream.name),
            f"{length} {say('This post goes out all the same.')}",
            slot=free, slot_name=_take(free),
        )  # fmt: skip


def _silence(post: Post, home: Stream, now: datetime) -> Iterator[Caution]:
    """Promised times that go by empty before this post."""
    assert post.due_at is not None  # noqa: S101  (asked by the caller)
    until = min(post.due_at, now + FAR)
    try:
        cadence = Cadence.of(home)
        offered = slots(cadence, home.timezone, now, until) if cadence and until > now else []
    except BadCadence:
        return
    if not offered:
        return
    others = planned_in(home, now - FAR, until, but=post.uuid)
    open_ = unfilled(offered, [*others, post.due_at], home.timezone)
    silent = silence_before(post.due_at, open_, [other for other in others if other > now])
    if len(silent) >= LEAST_SILENT:
        slot = slot_at(to_wall(silent[0], home.timezone), home.timezone, now)
        yield Caution(
            say("“%(stream)s” is silent until then.", stream=home.name),
            say_count(
                "It promised %(num)d post before this one and nothing is planned.",
                "It promised %(num)d posts before this one and nothing is planned.",
                len(silent),
            ),
            slot=slot, slot_name=_take(slot),
        )  # fmt: skip


def planned_in(stream: Stream, since: datetime, until: datetime, *, but: str = "") -> list[datetime]:
    """The moments of the stream's living posts in (since, until)."""
    rows = db.session.scalars(
        sa.select(Post.due_at)
        .join(PostStream, PostStream.post_id == Post.id)
        .where(
            Post.team_id == stream.team_id, PostStream.stream_id == stream.id,
            Post.state.in_(GOES_OUT), Post.uuid != but,
            Post.due_at > since, Post.due_at < until,
        )
    )  # fmt: skip
    return [at for at in rows if at]


def _free(home: Stream, post: Post, now: datetime, *, after: datetime) -> Slot | None:
    try:
        cadence = Cadence.of(home)
    except BadCadence:
        return None
    after = max(after, now)
    taken = planned_in(home, after, after + FAR, but=post.uuid)
    found = next_free(cadence, home.timezone, after, taken)
    return slot_at(to_wall(found, home.timezone), home.timezone, now) if found else None


def _moved(caution: Caution, to: datetime, zone: str, now: datetime) -> Caution:
    if to <= now:
        return caution
    slot = slot_at(to_wall(to, zone), zone, now)
    return caution._replace(slot=slot, slot_name=_move(slot)) if slot else caution


def _move(slot: Slot | None) -> str:
    return say("Move it to %(when)s", when=slot.label) if slot else ""


def _take(slot: Slot | None) -> str:
    return say("Take the free slot on %(when)s", when=slot.label) if slot else ""
