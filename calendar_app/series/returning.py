"""What was thrown away comes back as it was: a series with the days it had, and a post that went with its day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people.audit import record
from calendar_app.people.models import Audit
from calendar_app.posts.models import Post
from calendar_app.posts.restoring import removal_of, restore
from calendar_app.series.models import Occurrence, Series

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from calendar_app.people.roles import Actor

# So long a series that was thrown away is kept.
KEPT = timedelta(days=30)
CLOCKS_APART = timedelta(hours=1)
REMOVED, WENT = "series removed", "post of series thrown away"


def put_away(series: Series, *, was_ended: datetime | None, actor: Actor, now: datetime) -> None:
    """The series is gone for everybody; its posts are ordinary posts. Its days and whose posts they were are kept."""
    rows = [row for row in series.occurrences if row.post_id is not None]
    record(REMOVED, str(series.id), actor=actor, team_id=series.team_id,
           before={"rule": series.rule, "content": series.content, "posts": {row.id: row.post_id for row in rows},
                   "ended": was_ended.isoformat() if was_ended else None})  # fmt: skip
    for row in rows:
        row.post_id = None
    series.removed_at = now
    db.session.flush()


def take_out(series: Series, *, actor: Actor, now: datetime) -> None:
    """The opposite of `put_away`, of a series that is locked: its posts are part of it again, as far as they are there.

    Raises Conflict when it is back already.
    """
    if series.removed_at is None:
        raise Conflict(say("This series is back already."))
    before = _last(REMOVED, str(series.id), series) or {}
    series.removed_at = None
    ended = before.get("ended")
    series.ended_at = datetime.fromisoformat(ended) if ended else None
    posts = {int(row): int(post) for row, post in (before.get("posts") or {}).items()}
    free = _free(posts.values(), series.team_id)
    for row in series.occurrences:
        if row.post_id is None and posts.get(row.id) in free:
            row.post_id = posts[row.id]
    record("series brought back", str(series.id), actor=actor, team_id=series.team_id)
    db.session.flush()


def note_going(row: Occurrence, post: Post, actor: Actor) -> None:
    """Before the post of a day is thrown away with its day: how they come again."""
    record(WENT, _day_of(row.series_id, row.day), actor=actor, team_id=post.team_id,
           before={"occurrence": row.id, "post": post.uuid, "planned": row.planned, "made": row.made})  # fmt: skip


def again(series: Series, day: date, *, actor: Actor, now: datetime) -> Occurrence | None:
    """The day with the post that it had, under their old numbers, as a draft; None where there is none to be had."""
    # Nothing was ever thrown away of a series that is as it was begun.
    before = _last(WENT, _day_of(series.id, day.isoformat()), series) if series.version > 1 else None
    removal = removal_of(before["post"], actor) if before else None
    if before is None or removal is None:
        return None
    try:
        with db.session.begin_nested():
            return _again(series, day, before, removal, actor, now)
    except (Refused, Conflict):
        return None


def forget_removed(now: datetime) -> None:
    """For the upkeep job. The caller commits."""
    db.session.execute(sa.delete(Series).where(Series.removed_at < now - KEPT))


def _again(
    series: Series, day: date, before: Mapping[str, Any], removal: Audit, actor: Actor, now: datetime
) -> Occurrence:
    free = db.session.get(Occurrence, before["occurrence"]) is None
    row = Occurrence(
        id=before["occurrence"] if free else None, series_id=series.id, day=day.isoformat(),
        planned=before["planned"], made=before["made"],
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    restore(removal, actor=actor, now=now)
    row.post_id = db.session.scalars(sa.select(Post.id).where(Post.uuid == before["post"])).one()
    db.session.flush()
    return row


def _free(posts: Collection[int], team_id: int) -> set[int]:
    """Those that are still there and have not become part of another series."""
    taken = sa.exists().where(Occurrence.post_id == Post.id)
    return set(
        db.session.scalars(sa.select(Post.id).where(Post.id.in_(posts), Post.team_id == team_id, ~taken))
    )


def _day_of(series_id: int, day: str) -> str:
    return f"series {series_id} {day}"


def _last(action: str, subject: str, series: Series) -> Mapping[str, Any] | None:
    """Of this series: its number may have been that of another one, long ago."""
    wanted = sa.select(Audit.before).where(
        Audit.action == action, Audit.subject == subject, Audit.team_id == series.team_id,
        Audit.at > series.created_at - CLOCKS_APART,
    )  # fmt: skip
    return db.session.scalars(wanted.order_by(Audit.id.desc()).limit(1)).first()
