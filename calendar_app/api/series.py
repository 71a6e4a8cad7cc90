"""Series: list, begin, change, throw away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from flask import abort

from calendar_app import enqueue, links
from calendar_app.api.calling import PREFIX, Answer, call
from calendar_app.api.paging import page
from calendar_app.api.schemas import series as told
from calendar_app.api.schemas.base import Nothing
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.people.roles import scoped
from calendar_app.posts.checking import Findings
from calendar_app.posts.models import Post
from calendar_app.series import checking, editing
from calendar_app.series.checking import kept, time_of
from calendar_app.series.models import Occurrence, Series
from calendar_app.series.recurrence import write_rule
from calendar_app.series.showing import in_words_of
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from calendar_app.people.roles import Actor

ONE = "/series/<int:series_id>"
MOST_TOLD, NEXT = 100, 10
_AS_THEY_ARE = ("timezone", "short_months", "makes", "ahead_days", "skipped", "extra", "content", "problem",
                "version", "created_at", "updated_at")  # fmt: skip


@call("GET", "/series", gives=told.SeriesList, query=told.SeriesQuery)
def find(actor: Actor, query: told.SeriesQuery) -> Answer:
    """List series, the newest first."""
    wanted = scoped(Series, actor).where(Series.removed_at.is_(None))
    wanted = wanted.where(Series.ended_at.is_not(None) if query.ended else Series.ended_at.is_(None))
    rows, following = page(wanted, Series.id, query, newest_first=True)
    return Answer(told.SeriesList(items=[shown(series) for series in rows], next=following))


@call("POST", "/series", gives=told.Series, body=told.NewSeries, status=201)
def make(actor: Actor, body: told.NewSeries) -> Answer:
    """Begin a series.

    The post becomes its first; posts of the days ahead are made at once.
    """
    wanted = body.model_dump(exclude_unset=True)
    post = _post(actor, wanted.pop("post"), "post")
    series = editing.begin(post, wanted, actor=actor, now=database_now())
    address = links.absolute(f"{PREFIX}/series/{series.id}")
    return Answer(shown(series), location=address, then=(enqueue.plan_changed,))


@call("GET", ONE, gives=told.Series)
def show(actor: Actor, series_id: int) -> Answer:
    """Read one series."""
    return Answer(shown(_series_of(actor, series_id)))


@call("PATCH", ONE, gives=told.Series, body=told.SeriesChange)
def change(actor: Actor, series_id: int, body: told.SeriesChange) -> Answer:
    """Change a series.

    The change counts for all posts to come, or with `since` for those from a day on: the answer is then another
    series, which goes on from that day. Posts that were changed by themselves stay as they are. What is skipped or
    extra is sent whole.
    """
    series, now = _series_of(actor, series_id), database_now()
    wanted = body.model_dump(exclude_unset=True)
    version, ended, words = wanted.pop("version"), wanted.pop("ended", None), wanted.pop("words_of", None)
    found = Findings()
    given = wanted.pop("since", None)
    since = checking.day_in(given, "since", found) if given else None
    found.settle()
    series, _ = editing.change(series, wanted, version=version, actor=actor, now=now, since=since)
    if words:
        post = _post(actor, words, "words_of")
        row = editing.series_of(post)
        if row is None or row.series_id != series.id:
            raise Refused({"words_of": "This post is no part of this series."})
        series, _ = editing.take_words(series, post, actor=actor, now=now)
    if ended is not None and ended != (series.ended_at is not None):
        (editing.end if ended else editing.take_up)(series, actor=actor, now=now)
    return Answer(shown(series), then=(enqueue.plan_changed,))


@call("DELETE", ONE, status=204)
def remove(actor: Actor, series_id: int) -> Answer:
    """Throw a series away.

    Its posts stay as ordinary posts. For 30 days it can be brought back.
    """
    editing.remove(_series_of(actor, series_id), actor=actor, now=database_now())
    return Answer()


@call("POST", ONE + "/return", gives=told.Series, body=Nothing, body_optional=True)
def bring_back(actor: Actor, series_id: int, body: Nothing) -> Answer:
    """Bring a series back that was thrown away.

    With its days; the posts that are still there are part of it again.
    """
    series = _series_of(actor, series_id, also_removed=True)
    editing.bring_back(series, actor=actor, now=database_now())
    return Answer(shown(series), then=(enqueue.plan_changed,))


def shown(series: Series) -> told.Series:
    """The series as the API tells it. The change, if any, is flushed."""
    db.session.flush()
    made = kept(series)
    days = made.next_days(to_wall(database_now(), made.zone).date(), NEXT) if not series.ended_at else []
    return told.Series.model_validate(
        {
            "id": series.id,
            "team": series.team_id,
            "words": in_words_of(series),
            "rule": write_rule(made),
            "first": made.first.isoformat(),
            "time": time_of(made),
            "event": series.content.get("event"),
            "posts": _posts(series),
            "next": [day.isoformat() for day in days],
            "ended": series.ended_at is not None,
            **{name: getattr(series, name) for name in _AS_THEY_ARE},
        }
    )


def _posts(series: Series) -> list[dict[str, Any]]:
    rows = db.session.execute(
        sa.select(Occurrence.day, Post.uuid)
        .outerjoin(Post, Post.id == Occurrence.post_id)
        .where(Occurrence.series_id == series.id)
        .order_by(Occurrence.day.desc())
        .limit(MOST_TOLD)
    )
    return [{"day": day, "post": uuid} for day, uuid in reversed(rows.all())]


def _post(actor: Actor, text: str, name: str) -> Post:
    try:
        number = UUID(text)
    except ValueError:
        raise Refused({name: "This is not the id of a post."}) from None
    found: Post | None = db.session.scalar(scoped(Post, actor).where(Post.uuid == str(number)))
    if found is None:
        raise Refused({name: "Your teams have no such post. GET /posts lists theirs."})
    return found


def _series_of(actor: Actor, number: int, *, also_removed: bool = False) -> Series:
    found: Series | None = None
    if number < 2**31:
        wanted = scoped(Series, actor).where(Series.id == number)
        found = db.session.scalar(wanted if also_removed else wanted.where(Series.removed_at.is_(None)))
    return found or abort(404)
