"""After a change of a series its posts to come follow, as far as nobody has changed them by themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from calendar_app.errors import Conflict, NotAllowed, Refused, Stale
from calendar_app.extensions import db
from calendar_app.posts.drafting import discard, edit
from calendar_app.posts.scheduling import reschedule, unschedule
from calendar_app.posts.values import values_of, wall_text
from calendar_app.series.checking import kept
from calendar_app.series.happening import NOT_AT_ALL, event_on, shifted
from calendar_app.series.making import OF_A_PICTURE, content_in, content_of, digest, fill, living
from calendar_app.series.models import Occurrence
from calendar_app.series.returning import note_going
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post
    from calendar_app.series.models import Series
    from calendar_app.series.recurrence import Recurrence

WAITING = {"draft", "in_review", "approved", "scheduled"}


@dataclass
class Settled:
    """How many posts were made, changed and thrown away, and which stay as they are."""

    made: int = 0
    changed: int = 0
    gone: int = 0
    left: list[str] = field(default_factory=list)


def settle(series: Series, *, actor: Actor, now: datetime, words_of: Post | None = None) -> Settled:
    """Bring the posts to come in step with the series. `words_of` is the post whose words it has just taken."""
    recurrence, settled = kept(series), Settled()
    # First: a post that comes back with its day says what it said then, and follows with the others.
    if not series.ended_at:
        settled.made = fill(series, now=now, actor=actor)
    rows = _to_come(series, to_wall(now, series.timezone).date())
    days = set() if series.ended_at else _wanted(recurrence, rows)
    content = living(series)
    for row in rows:
        _settle_row(row, recurrence, days, content, settled, actor=actor, now=now, words_of=words_of)
    return settled


def _wanted(recurrence: Recurrence, rows: Sequence[Occurrence]) -> set[str]:
    if not rows:
        return set()
    first, last = date.fromisoformat(rows[0].day), date.fromisoformat(rows[-1].day)
    return {day.isoformat() for day in recurrence.days(first, last)}


def _settle_row(
    row: Occurrence, recurrence: Recurrence, days: set[str], content: Mapping[str, Any], settled: Settled, *,
    actor: Actor, now: datetime, words_of: Post | None,
) -> None:  # fmt: skip
    post = row.post
    if post is None:
        if row.day not in days:
            db.session.delete(row)
        return
    if post is words_of:
        row.made = digest(content_in(row, post))
    if post.state not in WAITING or post.due_at is None or post.due_at <= now:
        return
    same_time = wall_text(post.publish_at or "") == row.planned and post.timezone is not None
    same_words = digest(content_in(row, post)) == row.made
    if row.day not in days:
        if same_time and same_words:
            if _tried(lambda: _throw_away(row, post, actor, now), post, settled):
                settled.gone += 1
        else:
            settled.left.append(post.uuid)
        return
    changes = _changes(
        row, post, recurrence, content, words=same_words and post is not words_of, time=same_time
    )
    if changes and _tried(lambda: _apply(row, post, changes, actor, now, same=same_words), post, settled):
        settled.changed += 1
    elif not (same_time and same_words):
        settled.left.append(post.uuid)


def _changes(
    row: Occurrence,
    post: Post,
    recurrence: Recurrence,
    content: Mapping[str, Any],
    *,
    words: bool,
    time: bool,
) -> dict[str, Any]:
    """What the series wants differently, of what nobody has touched."""
    changes: dict[str, Any] = {}
    stands, day = content_of(post), date.fromisoformat(row.day)
    if words:
        changes = {
            name: value
            for name, value in content.items()
            if name != "event" and not _equal(name, value, stands.get(name))
        }
        # A post that was moved alone has taken its event along.
        alone = NOT_AT_ALL if time else recurrence.apart(day, post.due_at)
        event = event_on(shifted(content.get("event"), alone), day)
        if event != values_of(post)["event"]:
            changes["event"] = event
    if time and (recurrence.instant(day) != post.due_at or post.timezone != recurrence.zone):
        wall = recurrence.wall(day).isoformat(timespec="seconds")
        changes |= {"publish_at": wall, "timezone": recurrence.zone, "fold": 0}
    return changes


def _equal(name: str, wanted: Any, stands: Any) -> bool:
    if name != "pictures":
        return bool(wanted == stands)
    return _pictures(wanted) == _pictures(stands)


def _pictures(given: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """An older series says nothing of the part that is shown: all of it, then."""
    return [tuple(one.get(name) or 0 for name in OF_A_PICTURE) for one in given]


def _apply(
    row: Occurrence, post: Post, changes: Mapping[str, Any], actor: Actor, now: datetime, *, same: bool
) -> None:
    """First the time, which the event follows. `same`: it says what the series made it say, and goes on to."""
    if "publish_at" in changes:
        wall, zone = changes["publish_at"], changes["timezone"]
        reschedule(post, wall, zone, version=post.version, actor=actor, now=now, fold=0)
        row.planned = wall_text(wall)
    words = {name: value for name, value in changes.items() if name not in {"publish_at", "timezone", "fold"}}
    if "variants" in words:
        gone = {place.account_id: {"text": None} for place in post.places if place.text}
        words["variants"] = {**gone, **{int(number): one for number, one in words["variants"].items()}}
    if "event" in words and words["event"] == values_of(post)["event"]:
        del words["event"]
    if words:
        edit(post, words, version=post.version, actor=actor, now=now)
    if same:
        row.made = digest(content_in(row, post))
    db.session.flush()


def _throw_away(row: Occurrence, post: Post, actor: Actor, now: datetime) -> None:
    if post.state == "scheduled":
        unschedule(post, actor=actor, now=now)
    note_going(row, post, actor)
    discard(post, actor=actor)
    db.session.delete(row)
    db.session.flush()


def _tried(work: Callable[[], None], post: Post, settled: Settled) -> bool:
    """One post that cannot follow keeps none of the others from it."""
    try:
        with db.session.begin_nested():
            work()
    except (Refused, Stale, Conflict, NotAllowed):
        settled.left.append(post.uuid)
        return False
    return True


def _to_come(series: Series, today: date) -> Sequence[Occurrence]:
    db.session.flush()
    return list(
        db.session.scalars(
            sa.select(Occurrence)
            .where(Occurrence.series_id == series.id, Occurrence.day >= today.isoformat())
            .order_by(Occurrence.day)
            .options(joinedload(Occurrence.post))
            .execution_options(populate_existing=True)
        )
    )
