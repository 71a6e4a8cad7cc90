"""A week as lanes: one per stream, its current running through, its posts on it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_app.planner.currents import Piece, pieces, tallies
from calendar_app.planner.plan import Lane, Open, Placed, Plan, days_from, monday_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

MOST_POSTS = 6


@dataclass(frozen=True)
class LaneDay:
    date: date
    posts: Sequence[Placed]
    gaps: Sequence[Open]
    hidden: int
    today: bool

    @property
    def weekend(self) -> bool:
        return self.date.weekday() >= 5

    @property
    def blank(self) -> bool:
        return not self.posts and not self.gaps


@dataclass(frozen=True)
class LaneWeek:
    """`sent` and `planned` count the stream's posts of the week, `open` its unfilled slots."""

    lane: Lane
    days: Sequence[LaneDay]
    pieces: Sequence[Piece]
    sent: int
    planned: int
    open: int


@dataclass(frozen=True)
class Week:
    monday: date
    number: int
    days: Sequence[date]
    lanes: Sequence[LaneWeek]

    @property
    def previous(self) -> date:
        return self.monday - timedelta(days=7)

    @property
    def next(self) -> date:
        return self.monday + timedelta(days=7)

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)


def span(day: date) -> tuple[date, date]:
    """Monday of the week of `day`, and the Monday after."""
    monday = monday_of(day)
    return monday, monday + timedelta(days=7)


def week(plan: Plan, day: date, *, today: date) -> Week:
    monday = monday_of(day)
    days = days_from(monday, 7)
    counted = tallies(plan, days)
    lanes = []
    for lane in plan.lanes:
        row = [counted[lane.id, one] for one in days]
        lanes.append(
            LaneWeek(
                lane,
                [_lane_day(plan, lane, one, today) for one in days],
                pieces(row),
                sum(one.sent for one in row),
                sum(one.planned for one in row),
                sum(one.open for one in row),
            )
        )
    return Week(monday, monday.isocalendar().week, days, lanes)


def _lane_day(plan: Plan, lane: Lane, day: date, today: date) -> LaneDay:
    posts = [one for one in plan.posts.get(day, ()) if one.lane.id == lane.id]
    gaps = [one for one in plan.gaps.get(day, ()) if one.gap.lane.id == lane.id and not one.past]
    return LaneDay(day, posts[:MOST_POSTS], gaps, max(len(posts) - MOST_POSTS, 0), day == today)
