"""A series is begun from a post, changed (all of it, or from a day on), left out for a day, ended, thrown away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app.errors import Conflict, Refused, Stale
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people.audit import record
from calendar_app.people.holding import hold_team
from calendar_app.posts.checking import Findings
from calendar_app.posts.drafting import edit
from calendar_app.posts.locking import lock
from calendar_app.posts.scheduling import reschedule
from calendar_app.posts.values import values_of
from calendar_app.series import checking
from calendar_app.series.checking import columns_of, kept
from calendar_app.series.happening import NOT_AT_ALL, event_on, shifted
from calendar_app.series.making import content_of, fill, lock_series, schedule_if_agreed, take_over
from calendar_app.series.models import Occurrence, Series, series_medium
from calendar_app.series.returning import put_away, take_out
from calendar_app.series.settling import Settled, settle
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post
    from calendar_app.series.recurrence import Recurrence

FREE_TO_PLAN = {"draft", "in_review", "approved"}
# Of one team.
MOST_GOING = 200


def begin(post: Post, wanted: Mapping[str, Any], *, actor: Actor, now: datetime) -> Series:
    """A series that goes on from this post, which becomes its first, and the posts of the days ahead.

    `wanted` as in `checking.recurrence` and `checking.making`. Raises Refused, Conflict, NotAllowed.
    """
    lock(post)
    actor.need("write posts", post.team_id)
    if series_of(post) is not None:
        raise Conflict(say("This post is part of a series already."))
    _need_room(post.team_id, now, more=1)
    found = Findings()
    made = checking.recurrence(wanted, now, found)
    values = checking.making(wanted, found)
    found.settle()
    assert made is not None  # noqa: S101  (settled above)
    day = _day_of(post, made, now)
    series = Series(
        team_id=post.team_id, author_id=actor.person.id, content=content_of(post, day), created_at=now,
        updated_at=now, **columns_of(made), **values,
    )  # fmt: skip
    db.session.add(series)
    db.session.flush()
    _hold_pictures(series)
    if day is not None:
        _first_post(series, made, day, post, actor, now)
        if series.makes == "scheduled" and post.state in FREE_TO_PLAN:
            schedule_if_agreed(post, actor, now)
    fill(series, now=now, actor=actor)
    record("series begun", str(series.id), actor=actor, team_id=series.team_id,
           after={"rule": series.rule, "post": post.uuid})  # fmt: skip
    return series


def change(
    series: Series,
    wanted: Mapping[str, Any],
    *,
    version: int,
    actor: Actor,
    now: datetime,
    since: date | None = None,
) -> tuple[Series, Settled]:
    """Other days, another time, another way of making: for all of the series, or from a day on.

    From a day on: the series ends before it and another one, which is returned, goes on. At another hour the event
    of its posts is as much earlier or later. Posts that were changed by
    themselves stay as they are. Raises Refused, Stale, Conflict, NotAllowed.
    """
    _take(series, version, actor)
    stands, found = kept(series), Findings()
    split = since is not None and since > stands.first
    if split and since is not None and "first" not in wanted:
        wanted = {"first": since.isoformat(), **wanted}
    made = checking.recurrence(wanted, now, found, stands=_rest(stands, since) if split and since else stands)
    values = checking.making(wanted, found)
    if split and made is not None and since is not None and made.first < since:
        found.add("first", say("What changes from %(day)s on cannot begin before it.", day=since.isoformat()))
    found.settle()
    assert made is not None  # noqa: S101  (settled above)
    before, was_going = series.rule, _goes_on(series, now)
    going = _split(series, stands, since, now) if split and since else series
    for name, value in {**columns_of(made), **values}.items():
        setattr(going, name, value)
    if split or not was_going:
        _need_room(series.team_id, now)
    going.content = _event_along(going.content, made.clock - stands.clock)
    _touched(going, actor, now)
    settled = settle(going, actor=actor, now=now)
    record("series changed", str(going.id), actor=actor, team_id=going.team_id, before={"rule": before},
           after={"rule": going.rule})  # fmt: skip
    return going, settled


def take_words(
    series: Series, post: Post, *, actor: Actor, now: datetime, since: date | None = None
) -> tuple[Series, Settled]:
    """The words, places and pictures of one of its posts for all posts to come, or for those from a day on."""
    _may(series, actor)
    stands = kept(series)
    split = since is not None and since > stands.first
    going = series
    if split and since is not None:
        going = _split(series, stands, since, now)
        for name, value in columns_of(_rest(stands, since)).items():
            setattr(going, name, value)
        _need_room(series.team_id, now)
    row = series_of(post)
    # One that was moved alone counts as if it stood at the series' hour.
    alone = stands.apart(date.fromisoformat(row.day), post.due_at) if row else NOT_AT_ALL
    going.content = content_of(post, by=-alone)
    db.session.flush()
    _hold_pictures(going)
    _touched(going, actor, now)
    settled = settle(going, actor=actor, now=now, words_of=post)
    record("series rewritten", str(going.id), actor=actor, team_id=going.team_id, after={"post": post.uuid})
    return going, settled


def leave_out(series: Series, day: date, *, actor: Actor, now: datetime) -> Settled:
    """No post on this day; one that waits as the series made it is thrown away."""
    _may(series, actor)
    made = kept(series)
    changed = replace(made, skipped=made.skipped | {day}, extra=made.extra - {day})
    return _days_changed(series, changed, actor, now)


def put_in(series: Series, day: date, *, actor: Actor, now: datetime) -> Settled:
    """A post on this day as well: one that was left out, or one that the rule does not give."""
    _may(series, actor)
    made = kept(series)
    if len(made.extra) >= checking.MOST_DAYS:
        raise Refused({"extra": say("Give a list of at most %(most)s days.", most=checking.MOST_DAYS)})
    if day < to_wall(now, made.zone).date() or day > made.first + timedelta(days=366 * 6):
        raise Refused({"day": say("Choose a day to come, within the next years.")})
    changed = replace(made, skipped=made.skipped - {day})
    if day not in changed.days(day, day):
        changed = replace(changed, extra=changed.extra | {day})
    # A post of that day that was thrown away comes again.
    gone = sa.delete(Occurrence).where(
        Occurrence.series_id == series.id, Occurrence.day == day.isoformat(), Occurrence.post_id.is_(None)
    )
    db.session.execute(gone)
    return _days_changed(series, changed, actor, now)


def end(series: Series, *, actor: Actor, now: datetime, keep_posts: bool = True) -> Settled:
    """Make no more posts. Those that wait stay, or are thrown away where nobody has changed them."""
    _may(series, actor)
    series.ended_at = now
    _touched(series, actor, now)
    settled = Settled() if keep_posts else settle(series, actor=actor, now=now)
    record("series ended", str(series.id), actor=actor, team_id=series.team_id)
    return settled


def take_up(series: Series, *, actor: Actor, now: datetime) -> Settled:
    """An ended series goes on. Raises Conflict, NotAllowed."""
    _may(series, actor)
    series.ended_at = None
    _need_room(series.team_id, now)
    _touched(series, actor, now)
    record("series taken up", str(series.id), actor=actor, team_id=series.team_id)
    return settle(series, actor=actor, now=now)


def remove(series: Series, *, actor: Actor, now: datetime, keep_posts: bool = True) -> Settled:
    """Throw the series away. Its posts stay as ordinary posts; those that wait may go with it."""
    was_ended = series.ended_at
    settled = end(series, actor=actor, now=now, keep_posts=keep_posts)
    put_away(series, was_ended=was_ended, actor=actor, now=now)
    return settled


def bring_back(series: Series, *, actor: Actor, now: datetime) -> Settled:
    """The thrown away series again, with its days and its posts. Raises Conflict, NotAllowed."""
    lock_series(series)
    actor.need("write posts", series.team_id)
    _need_room(series.team_id, now, more=1)
    take_out(series, actor=actor, now=now)
    _touched(series, actor, now)
    return Settled() if series.ended_at else settle(series, actor=actor, now=now)


def series_of(post: Post) -> Occurrence | None:
    """The day of a series for which this post was made."""
    found: Occurrence | None = db.session.scalar(sa.select(Occurrence).where(Occurrence.post_id == post.id))
    return found


def _goes_on(series: Series, now: datetime) -> bool:
    return series.ended_at is None and (series.until is None or series.until >= now.date().isoformat())


def _need_room(team_id: int, now: datetime, *, more: int = 0) -> None:
    """For those that go on as things stand, and so many `more`. Raises Conflict.

    Each is looked through every few minutes, and worked out for the page that lists them all.
    """
    hold_team(team_id)
    going = sa.select(sa.func.count(Series.id)).where(
        Series.team_id == team_id, Series.ended_at.is_(None), Series.removed_at.is_(None),
        sa.or_(Series.until.is_(None), Series.until >= now.date().isoformat()),
    )  # fmt: skip
    if (db.session.scalar(going) or 0) + more > MOST_GOING:
        raise Conflict(say("Your team has %(most)s series that go on. End one first.", most=MOST_GOING))


def _day_of(post: Post, made: Recurrence, now: datetime) -> date | None:
    """The first day that is still to come; of a post that went out its own day."""
    if post.state not in FREE_TO_PLAN | {"scheduled"}:
        return to_wall(post.due_at, made.zone).date() if post.due_at else None
    today = to_wall(now, made.zone).date()
    return next((day for day in made.next_days(today, 2) if made.instant(day) > now), None)


def _first_post(series: Series, made: Recurrence, day: date, post: Post, actor: Actor, now: datetime) -> None:
    """The post moves to the day, and its event with it; one that went out, or will, stays, if it is that day's."""
    if post.state in FREE_TO_PLAN and made.instant(day) != post.due_at:
        wall = made.wall(day).isoformat(timespec="seconds")
        reschedule(post, wall, made.zone, version=post.version, actor=actor, now=now, fold=0)
        event = event_on(series.content.get("event"), day)
        if event != values_of(post)["event"]:
            edit(post, {"event": event}, version=post.version, actor=actor, now=now)
    if post.due_at is not None and to_wall(post.due_at, made.zone).date() == day:
        take_over(series, day, post)


def _event_along(content: Mapping[str, Any], by: timedelta) -> dict[str, Any]:
    event = shifted(content.get("event"), by)
    return {**content, "event": event} if event else dict(content)


def _rest(stands: Recurrence, since: date) -> Recurrence:
    """What is left of a series from a day on: its count has been used up by the days before."""
    left = None if stands.count is None else max(stands.count - stands.before(since), 1)
    first = next(iter(stands.next_days(since, 1)), since)
    return replace(
        stands, rule=replace(stands.rule, start=max(since, first)), count=left,
        skipped=frozenset(day for day in stands.skipped if day >= since),
        extra=frozenset(day for day in stands.extra if day >= since),
    )  # fmt: skip


def _split(series: Series, stands: Recurrence, since: date, now: datetime) -> Series:
    """End the series before this day; another one takes over its days from there on, as they stand."""
    rest = Series(
        team_id=series.team_id, author_id=series.author_id, content=series.content, makes=series.makes,
        ahead_days=series.ahead_days, created_at=now, updated_at=now, ended_at=series.ended_at,
        **columns_of(_rest(stands, since)),
    )  # fmt: skip
    db.session.add(rest)
    db.session.flush()
    _hold_pictures(rest)
    db.session.execute(
        sa.update(Occurrence)
        .where(Occurrence.series_id == series.id, Occurrence.day >= since.isoformat())
        .values(series_id=rest.id)
        .execution_options(synchronize_session="fetch")
    )
    kept_days = replace(
        stands, count=None, until=since - timedelta(days=1),
        skipped=frozenset(day for day in stands.skipped if day < since),
        extra=frozenset(day for day in stands.extra if day < since),
    )  # fmt: skip
    for name, value in columns_of(kept_days).items():
        setattr(series, name, value)
    series.version += 1
    series.updated_at = now
    return rest


def _days_changed(series: Series, made: Recurrence, actor: Actor, now: datetime) -> Settled:
    series.skipped, series.extra = columns_of(made)["skipped"], columns_of(made)["extra"]
    _touched(series, actor, now)
    record("series days changed", str(series.id), actor=actor, team_id=series.team_id,
           after={"skipped": series.skipped, "extra": series.extra})  # fmt: skip
    return settle(series, actor=actor, now=now)


def _may(series: Series, actor: Actor) -> None:
    lock_series(series)
    actor.need("write posts", series.team_id)
    if series.removed_at is not None:
        raise Conflict(say("Somebody has just thrown this series away. Load the page again."))


def _take(series: Series, version: int, actor: Actor) -> None:
    _may(series, actor)
    if version != series.version:
        raise Stale(series.version)


def _touched(series: Series, actor: Actor, now: datetime) -> None:
    """Whoever saves a series answers for it from then on."""
    series.author_id = actor.person.id
    series.version += 1
    series.updated_at = now
    series.problem = None
    db.session.flush()


def _hold_pictures(series: Series) -> None:
    db.session.execute(sa.delete(series_medium).where(series_medium.c.series_id == series.id))
    for one in series.content.get("pictures") or ():
        db.session.execute(sa.insert(series_medium).values(series_id=series.id, medium_id=one["media"]))
