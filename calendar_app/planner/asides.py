"""What a plan tells beside its posts: pauses, streams that would be silent, floods. Pure."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from calendar_app.planner.plan import NOT_KEEPING
from calendar_app.posts.crowding import floods
from calendar_app.streams.breaks import breaks_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from calendar_app.planner.plan import Lane, Open, Placed, Plan
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


class Asides(NamedTuple):
    pauses: Sequence[Pausing]
    silences: Sequence[Silent]
    crowds: Sequence[Crowd]


def asides(plan: Plan, span: tuple[date, date], *, now: datetime) -> Asides:
    """For the days from the first to before the second of `span`; at most six of each kind."""
    living = [lane for lane in plan.lanes if not lane.archived]
    return Asides(
        [
            Pausing(lane, pause)
            for lane in living
            for pause in breaks_of(lane).pauses_within(span[0], span[1] - timedelta(days=1))
        ][:MOST],
        _silences(plan, living, now)[:MOST],
        _crowds(plan, living, now)[:MOST],
    )


def _silences(plan: Plan, lanes: Sequence[Lane], now: datetime) -> list[Silent]:
    open_: defaultdict[int, list[Open]] = defaultdict(list)
    for gaps in plan.gaps.values():
        for one in gaps:
            if not one.past:
                open_[one.gap.lane.id].append(one)
    heard = {
        number
        for placed in _posts(plan)
        if placed.entry.at > now
        for number in placed.entry.streams
    }  # fmt: skip
    return [
        Silent(lane, sorted(open_[lane.id], key=lambda one: one.gap.at))
        for lane in lanes
        if lane.id not in heard and len(open_[lane.id]) >= LEAST_SILENT
    ]


def _crowds(plan: Plan, lanes: Sequence[Lane], now: datetime) -> list[Crowd]:
    """Floods that somebody can still do something about."""
    by_stream: defaultdict[int, dict[datetime, date]] = defaultdict(dict)
    moments: defaultdict[int, list[datetime]] = defaultdict(list)
    for placed in _posts(plan):
        for number in placed.entry.streams:
            by_stream[number][placed.entry.at] = placed.local.date()
            moments[number].append(placed.entry.at)
    return [
        Crowd(lane, by_stream[lane.id][flood.first], flood.posts)
        for lane in lanes
        for flood in floods(moments[lane.id], lane.flood_posts, lane.flood_hours)
        if flood.last > now
    ]


def _posts(plan: Plan) -> list[Placed]:
    return [one for row in plan.posts.values() for one in row if one.entry.state not in NOT_KEEPING]
