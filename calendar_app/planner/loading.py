"""Loading a plan: narrow columns of the asker's teams within a window.

The number of queries does not depend on the number of posts.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from calendar_app.agreeing.models import Review
from calendar_app.channels.models import Delivery
from calendar_app.extensions import db
from calendar_app.people.models import Member, Person
from calendar_app.planner.plan import CHANGES, Entry, Lane
from calendar_app.posts.models import Post, PostStream
from calendar_app.series.models import Occurrence
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from calendar_app.people.roles import Actor

# A month of a very busy newsroom; beyond it a page says that it shows only the first.
MOST_ENTRIES = 5000
# Columns of the tables, not of the models: thousands of rows come as they are, twice as fast.
_POST, _IN_STREAM, _DELIVERY = (model.__table__.c for model in (Post, PostStream, Delivery))
# What outweighs what when a post went to several places: the one that needs a person first.
_WEIGHT = ("failed", "unknown", "sending", "retry", "pending", "delivered")


class Loaded(NamedTuple):
    """`cut` is true where the window holds more than MOST_ENTRIES."""

    entries: list[Entry]
    cut: bool


def lanes(actor: Actor) -> list[Lane]:
    """All streams of the asker's teams, the archived ones last, each group by name."""
    rows = db.session.execute(
        sa.select(
            Stream.id, Stream.team_id, Stream.handle, Stream.name, Stream.hue, Stream.timezone,
            Stream.cadence, Stream.created_at, Stream.archived_at, Stream.exceptions, Stream.pauses,
            Stream.quiet_hours, Stream.near_minutes, Stream.flood_posts, Stream.flood_hours,
        )
        .where(Stream.team_id.in_(actor.team_ids))
        .order_by(Stream.archived_at.is_not(None), sa.func.lower(Stream.name), Stream.id)
    )  # fmt: skip
    return [
        Lane(
            row.id, row.team_id, row.handle, row.name, row.hue, row.timezone, tuple(row.cadence), row.created_at,
            row.archived_at is not None, row.exceptions, row.pauses, row.quiet_hours, row.near_minutes,
            row.flood_posts, row.flood_hours,
        )
        for row in rows
    ]  # fmt: skip


def people(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of everybody in the asker's teams, by name."""
    rows = db.session.execute(
        sa.select(Person.id, Person.name)
        .where(Person.id.in_(sa.select(Member.person_id).where(Member.team_id.in_(actor.team_ids))))
        .order_by(sa.func.lower(Person.name), Person.id)
    )
    return [(number, name) for number, name in rows]


def entries(
    actor: Actor,
    since: datetime,
    until: datetime,
    *,
    stream_ids: Collection[int] | None = None,
    states: Collection[str] = (),
    person_id: int | None = None,
    holding: str = "",
) -> Loaded:
    """Posts planned or gone out in [since, until), by time.

    `states` are the states as shown; `holding` is looked for in titles and texts.
    """
    if stream_ids is not None and not stream_ids:
        return Loaded([], False)
    window = [
        *_window(actor, since, until),
        *chosen(stream_ids=stream_ids, person_id=person_id, holding=holding),
    ]
    found = _entries(window, limit=MOST_ENTRIES + 1)
    kept = [entry for entry in found[:MOST_ENTRIES] if not states or entry.state in states]
    return Loaded(kept, len(found) > MOST_ENTRIES)


def chosen(
    *, stream_ids: Collection[int] | None, person_id: int | None, holding: str
) -> list[sa.ColumnElement[bool]]:
    """What the filters ask of a post, but for its state."""
    found: list[sa.ColumnElement[bool]] = []
    if person_id is not None:
        found.append(Post.author_id == person_id)
    if stream_ids is not None:
        found.append(Post.id.in_(sa.select(PostStream.post_id).where(PostStream.stream_id.in_(stream_ids))))
    if holding:
        found.append(
            sa.or_(
                Post.title.icontains(holding, autoescape=True), Post.text.icontains(holding, autoescape=True)
            )
        )
    return found


def needing_a_person(actor: Actor, since: datetime, *, limit: int) -> list[Entry]:
    """Posts that wait for somebody: reviews at any time, what failed, is unknown or was missed since then."""
    stuck = sa.select(Delivery.post_id).where(
        Delivery.action == "publish", Delivery.state.in_(("failed", "unknown")), Delivery.due_at >= since
    )
    ours = sa.select(Post.id).where(Post.team_id.in_(actor.team_ids), Post.due_at.is_not(None))
    open_ = ours.where(Post.is_unfinished())
    # Each by its own index: asked for together, all that was ever planned would be looked at.
    found = sa.union_all(
        open_.where(Post.state == "in_review"),
        open_.where(Post.state == "missed", Post.due_at >= since),
        ours.where(Post.state == "published", Post.id.in_(stuck)),
    )
    wanted = [Post.id.in_(found)]
    return _entries(wanted, limit=limit)


def shown_state(state: str, outcomes: Iterable[str], *, wished: bool = False) -> str:
    """The state that a reader of the plan sees: of a published post, what became of its deliveries.

    `wished`: somebody wants changes, and nobody has met the wish yet; a draft then is more than a draft.
    """
    if wished and state == "draft":
        return CHANGES
    if state != "published":
        return state
    known = [outcome for outcome in outcomes if outcome in _WEIGHT]
    worst = min(known, key=_WEIGHT.index, default="published")
    return "sending" if worst in {"retry", "pending"} else worst


def _window(actor: Actor, since: datetime, until: datetime) -> list[Any]:
    return [Post.team_id.in_(actor.team_ids), Post.due_at >= since, Post.due_at < until]


def _entries(wanted: Sequence[Any], *, limit: int) -> list[Entry]:
    rows = db.session.execute(
        sa.select(
            _POST.id, _POST.uuid, _POST.title, _POST.language, _POST.version, _POST.state, _POST.due_at,
            _POST.team_id, _POST.author_id, _repeats(), wished(),
        )
        .where(*wanted)
        .order_by(_POST.due_at, _POST.id)
        .limit(limit)
    ).all()  # fmt: skip
    if not rows:
        return []
    streams = streams_of(wanted)
    became = _became(wanted) if any(row[5] == "published" for row in rows) else {}
    return [
        Entry(
            uuid, title, language, version,
            became.get(number, state) if state == "published" else shown_state(state, (), wished=wish),
            at, team_id, tuple(streams.get(number, ())), author_id, repeats,
        )
        for number, uuid, title, language, version, state, at, team_id, author_id, repeats, wish in rows
    ]  # fmt: skip


def _repeats() -> sa.ColumnElement[bool]:
    """Whether a post is part of a series."""
    return sa.exists().where(Occurrence.post_id == Post.id)


def wished() -> sa.ColumnElement[bool]:
    """Whether somebody wants a post changed, and it was not sent again since."""
    return sa.exists().where(
        Review.post_id == Post.id, Review.outcome == "changes", Review.ended_at.is_(None)
    )


def streams_of(wanted: Sequence[Any]) -> Mapping[int, list[int]]:
    """Ids of the streams of all these posts, by post, the home first."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    rows = db.session.execute(
        sa.select(_IN_STREAM.stream_id, _listed(_IN_STREAM.post_id))
        .join(Post, _POST.id == _IN_STREAM.post_id)
        .where(*wanted)
        .group_by(_IN_STREAM.position, _IN_STREAM.stream_id)
        .order_by(_IN_STREAM.position)
    )
    for stream_id, numbers in rows:
        for number in numbers.split(","):
            found[int(number)].append(stream_id)
    return found


def _became(wanted: Sequence[Any]) -> Mapping[int, str]:
    """As what published posts are shown, by post: only those of which there are deliveries."""
    rows = db.session.execute(
        sa.select(_DELIVERY.state, _listed(_DELIVERY.post_id))
        .join(Post, _POST.id == _DELIVERY.post_id)
        .where(*wanted, _DELIVERY.action == "publish", _POST.state == "published")
        .group_by(_DELIVERY.state)
    )
    numbers = {state: [int(number) for number in listed.split(",")] for state, listed in rows}
    found: dict[int, str] = {}
    # What outweighs comes later, and stays.
    for state in reversed(_WEIGHT):
        found |= dict.fromkeys(numbers.get(state, ()), shown_state("published", [state]))
    return found


def _listed(number: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    """All of a group in one row, with commas: a row for each costs many times as much."""
    return sa.func.aggregate_strings(sa.cast(number, sa.String), ",")
