"""What a plan tells beside its posts: pauses, streams that would be silent, floods, collisions. Pure."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from calendar_app.planner.clashing import clashes
from calendar_app.planner.plan import NOT_KEEPING
from calendar_app.posts.crowding import floods
from calendar_app.streams.breaks import breaks_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from calendar_app.planner.clashing import Clash
    from calendar_app.planner.plan import Lane, Open, Placed, Plan
    from calendar_app.posts.crowding import Flood
    from calendar_app.streams.breaks import Pause

# One empty slot is a gap; two and nothing else is silence.
LEAST_SILENT = 2
MOST = 6


class Pausing(NamedTuple):
    lane: Lane
    pause: Pause


class Silent(NamedTuple):
    """`open`: the slots to come that nothing fills, while nothing else is planned either."""

    lane: Lane
    open: Sequence[Open]


class Crowd(NamedTuple):
    """`day` is where it begins in the calendar."""

    lane: Lane
    day: date
    posts: int


class Collision(NamedTuple):
    """Two posts of a stream that come too close, outside of any flood; `more` are there like it."""

    lane: Lane
    clash: Clash
    more: int


class Note(NamedTuple):
    """`kind` is silence, flood, collision or pause; `about` what is to be told of it."""

    kind: str
    about: Silent | Crowd | Collision | Pausing


class Asides(NamedTuple):
    """`counts` are how many there are of each kind, the most urgent kind first; `notes` as they are told."""

    counts: Mapping[str, int]
    notes: Sequence[Note]


def asides(plan: Plan, span: tuple[date, date], *, now: datetime) -> Asides:
    """For the days from the first to before the second of `span`: first one of each kind, then at most five more."""
    living = [lane for lane in plan.lanes if not lane.archived]
    posts = _posts_by_stream(plan)
    wet = {
        lane.id: floods([one.entry.at for one in posts[lane.id]], lane.flood_posts, lane.flood_hours)
        for lane in living
    }
    found: dict[str, Sequence[Silent | Crowd | Collision | Pausing]] = {
        "silence": _silences(plan, living, posts, now),
        "flood": _crowds(living, posts, wet, now),
        "collision": _collisions(living, posts, wet, now),
        "pause": [
            Pausing(lane, pause)
            for lane in living
            for pause in breaks_of(lane).pauses_within(span[0], span[1] - timedelta(days=1))
        ],
    }
    told = [(kind, rows) for kind, rows in found.items() if rows]
    notes = [Note(kind, rows[0]) for kind, rows in told]
    notes += [Note(kind, one) for kind, rows in told for one in rows[1:MOST]]
    return Asides({kind: len(rows) for kind, rows in told}, notes)


def _silences(
    plan: Plan, lanes: Sequence[Lane], posts: Mapping[int, Sequence[Placed]], now: datetime
) -> list[Silent]:
    open_: defaultdict[int, list[Open]] = defaultdict(list)
    for gaps in plan.gaps.values():
        for one in gaps:
            if not one.past:
                open_[one.gap.lane.id].append(one)
    return [
        Silent(lane, sorted(open_[lane.id], key=lambda one: one.gap.at))
        for lane in lanes
        if len(open_[lane.id]) >= LEAST_SILENT and not any(one.entry.at > now for one in posts[lane.id])
    ]


def _crowds(
    lanes: Sequence[Lane],
    posts: Mapping[int, Sequence[Placed]],
    wet: Mapping[int, Sequence[Flood]],
    now: datetime,
) -> list[Crowd]:
    """Floods that somebody can still do something about."""
    return [
        Crowd(lane, _day_of(flood.first, posts[lane.id]), flood.posts)
        for lane in lanes
        for flood in wet[lane.id]
        if flood.last > now
    ]


def _collisions(
    lanes: Sequence[Lane],
    posts: Mapping[int, Sequence[Placed]],
    wet: Mapping[int, Sequence[Flood]],
    now: datetime,
) -> list[Collision]:
    """One of each stream: the next, and how many others. In a flood everything is close; that is said already."""
    found = []
    for lane in lanes:
        close = [
            clash
            for clash in clashes(posts[lane.id], timedelta(minutes=lane.near_minutes))
            if clash.second.entry.at > now
            and not any(flood.first <= clash.first.entry.at <= flood.last for flood in wet[lane.id])
        ]
        if close:
            found.append(Collision(lane, close[0], len(close) - 1))
    return found


def _day_of(moment: datetime, posts: Sequence[Placed]) -> date:
    """The day of the calendar on which the post of this moment is shown."""
    return next(one.local.date() for one in posts if one.entry.at == moment)


def _posts_by_stream(plan: Plan) -> Mapping[int, Sequence[Placed]]:
    """What a follower of each stream gets, or will get."""
    found: defaultdict[int, list[Placed]] = defaultdict(list)
    for row in plan.posts.values():
        for placed in row:
            entry = placed.entry
            if entry.state not in NOT_KEEPING:
                for number in entry.streams:
                    found[number].append(placed)
    return found
