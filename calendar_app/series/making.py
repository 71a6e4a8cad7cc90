"""A series makes its posts: one for each of its days, as far ahead as it looks, each exactly once."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, InvalidRequestError

from calendar_app.channels.models import Account
from calendar_app.enqueue import plan_changed
from calendar_app.errors import Conflict, NotAllowed, Refused
from calendar_app.extensions import database_now, db
from calendar_app.languages import say
from calendar_app.media.models import Medium
from calendar_app.people.roles import actor_for
from calendar_app.posts.drafting import draft
from calendar_app.posts.reviewing import send_for_review
from calendar_app.posts.scheduling import schedule
from calendar_app.posts.steps import waits_for_approval
from calendar_app.posts.values import PLAN, values_of, wall_text
from calendar_app.series.checking import kept
from calendar_app.series.happening import NOT_AT_ALL, distance, event_on
from calendar_app.series.models import Occurrence, Series
from calendar_app.series.returning import again
from calendar_app.streams.models import Stream
from calendar_app.times import parse_wall, to_wall

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post
    from calendar_app.series.recurrence import Recurrence

log = logging.getLogger(__name__)

MOST_AT_ONCE = 100
OF_A_PICTURE = ("media", "alt", "focus_x", "focus_y", "crop")
NO_AUTHOR = "Who made this series may no longer write here. Save it once, and it goes on in your name."
NO_POST = "No post could be made. Look at its streams, places and pictures, and save it again."


def fill_all() -> None:
    """Make what is missing in every series that goes on. Commits after each, so that nobody waits for all of them."""
    going = (
        sa.select(Series.id).where(Series.ended_at.is_(None), Series.removed_at.is_(None)).order_by(Series.id)
    )
    numbers = list(db.session.scalars(going))
    db.session.commit()
    for number in numbers:
        series = db.session.get(Series, number)
        made = fill(series, now=database_now()) if series else 0
        db.session.commit()
        if made:
            plan_changed()


def fill(series: Series, *, now: datetime, actor: Actor | None = None) -> int:
    """Make the posts of the days to come that have none yet; returns how many.

    In the name of `actor`, else of whoever made the series. What keeps it from it is left in `problem`. Two who do
    it at once make each post once: the second waits, and the database holds the rule as well.
    """
    lock_series(series)
    if series.ended_at is not None or series.removed_at is not None:
        return 0
    recurrence = kept(series)
    today = to_wall(now, series.timezone).date()
    known = set(
        db.session.scalars(
            sa.select(Occurrence.day).where(
                Occurrence.series_id == series.id, Occurrence.day >= today.isoformat()
            )
        )
    )
    missing = [
        day
        for day in recurrence.days(today, today + timedelta(days=series.ahead_days))
        if day.isoformat() not in known and recurrence.instant(day) > now
    ][:MOST_AT_ONCE]
    actor = actor or _author(series)
    if not missing:
        return 0
    if actor is None or not actor.may("write posts", series.team_id):
        series.problem = NO_AUTHOR
        return 0
    series.problem = None
    content, made = living(series), 0
    for day in missing:
        try:
            with db.session.begin_nested():
                _make(series, recurrence, day, content, actor, now)
            made += 1
        except IntegrityError:
            continue
        except (Refused, Conflict, NotAllowed) as refusal:
            log.warning("series %s makes no post for %s: %s", series.id, day, refusal)
            series.problem = NO_POST
            break
    return made


def lock_series(series: Series) -> None:
    """Take the row for this transaction and see it as it is now. Raises Conflict when it is gone."""
    db.session.flush()
    try:
        db.session.refresh(series, with_for_update={"key_share": True})
    except InvalidRequestError:
        raise Conflict(say("Somebody has just thrown this series away. Load the page again.")) from None


def content_of(post: Post, day: date | None = None, *, by: timedelta = NOT_AT_ALL) -> dict[str, Any]:
    """What a series takes over from a post: all but its time; its event as far from its day as it is.

    `day` counts where the post has no time; `by` as in `distance`. Without an event nothing is said of one, as older
    series say nothing.
    """
    content = {name: value for name, value in values_of(post).items() if name not in PLAN and name != "event"}
    event = distance(post, day, by=by)
    return {**content, "event": event} if event else content


def content_in(row: Occurrence, post: Post) -> dict[str, Any]:
    """The same of a post that may have been moved alone, its event with it: as if it stood where it was planned."""
    return content_of(post, by=-moved_alone(row, post))


def moved_alone(row: Occurrence, post: Post) -> timedelta:
    """How much later on the clocks of its series than planned for it."""
    if post.due_at is None or not row.planned:
        return NOT_AT_ALL
    return to_wall(post.due_at, row.series.timezone) - parse_wall(row.planned)


def digest(content: Mapping[str, Any]) -> str:
    """Equal for equal words, places and pictures."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def living(series: Series) -> dict[str, Any]:
    """The content as its posts can have it now."""
    return living_content(series.content, series.team_id)


def living_content(given: Mapping[str, Any], team_id: int) -> dict[str, Any]:
    """Without accounts, pictures and streams that are no longer there; with all streams gone: as they were."""
    content = dict(given)
    accounts = set(
        db.session.scalars(
            sa.select(Account.id).where(Account.team_id == team_id, Account.deleted_at.is_(None))
        )
    )
    if content.get("accounts") is not None:
        content["accounts"] = [number for number in content["accounts"] if number in accounts]
    content["variants"] = {
        number: one for number, one in (content.get("variants") or {}).items() if int(number) in accounts
    }
    wanted = [one["media"] for one in content.get("pictures") or ()]
    media = set(
        db.session.scalars(sa.select(Medium.id).where(Medium.id.in_(wanted), Medium.team_id == team_id))
    )
    # What is known of a picture's rights belongs to the picture: an old copy of it must not overwrite it.
    content["pictures"] = [
        {name: one[name] for name in OF_A_PICTURE if name in one}
        for one in content.get("pictures") or ()
        if one["media"] in media
    ]
    handles = list(content.get("streams") or ())
    used = set(
        db.session.scalars(
            sa.select(Stream.handle).where(Stream.handle.in_(handles), Stream.archived_at.is_(None))
        )
    )
    content["streams"] = [handle for handle in handles if handle in used] or handles
    return content


def take_over(series: Series, day: date, post: Post) -> Occurrence:
    """The post becomes that of this day."""
    row = Occurrence(
        series_id=series.id, day=day.isoformat(), post_id=post.id, planned=wall_text(post.publish_at or ""),
        made=digest(content_of(post)),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def _make(
    series: Series, recurrence: Recurrence, day: date, content: Mapping[str, Any], actor: Actor, now: datetime
) -> None:
    row = again(series, day, actor=actor, now=now)
    if row is not None and row.post is not None:
        if series.makes == "scheduled":
            schedule_if_agreed(row.post, actor, now)
        return
    wall = recurrence.wall(day).isoformat(timespec="seconds")
    # The day is taken first: of two, one fails before it has written anything.
    row = Occurrence(series_id=series.id, day=day.isoformat(), planned=wall_text(wall))
    db.session.add(row)
    db.session.flush()
    plan = {"publish_at": wall, "timezone": series.timezone, "fold": 0}
    event = event_on(content.get("event"), day)
    post = draft({**content, "event": event, **plan}, actor=actor, now=now)
    row.post_id, row.made = post.id, digest(content_of(post))
    db.session.flush()
    if series.makes == "scheduled":
        schedule_if_agreed(post, actor, now)


def schedule_if_agreed(post: Post, actor: Actor, now: datetime) -> None:
    """As far as its streams let it by itself; the rest waits for a person, as a draft or for review."""
    try:
        with db.session.begin_nested():
            if waits_for_approval(post):
                send_for_review(post, actor=actor, now=now)
            else:
                schedule(post, actor=actor, now=now)
    except (Refused, Conflict, NotAllowed) as refusal:
        log.info("post %s of a series stays a draft: %s", post.uuid, refusal)


def _author(series: Series) -> Actor | None:
    author = series.author
    return actor_for(author) if author is not None and author.disabled_at is None else None
