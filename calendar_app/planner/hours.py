"""Days by their hours, side by side: a week, or one day. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from calendar_app.planner.plan import Open, Placed, Plan, days_from, monday_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

Timed = TypeVar("Timed", Placed, Open)
# What a working day shows even where nothing is planned.
FIRST, LAST = 8, 17
MOST_IN_WEEK, MOST_IN_DAY = 3, 40


@dataclass(frozen=True)
class Hour:
    """What begins within one hour of a day; `hidden` counts the posts it has no room for."""

    hour: int
    posts: Sequence[Placed] = ()
    gaps: Sequence[Open] = ()
    hidden: int = 0
    now: bool = False

    @property
    def blank(self) -> bool:
        return not self.posts and not self.gaps


@dataclass(frozen=True)
class HourDay:
    date: date
    hours: Sequence[Hour]
    today: bool = False

    @property
    def weekend(self) -> bool:
        return self.date.weekday() >= 5

    @property
    def blank(self) -> bool:
        return all(hour.blank for hour in self.hours)


@dataclass(frozen=True)
class Hours:
    """All days show the same hours, from `first` to `last`."""

    days: Sequence[HourDay]
    first: int
    last: int

    @property
    def clock(self) -> Sequence[int]:
        return range(self.first, self.last + 1)

    @property
    def number(self) -> int:
        """Of the ISO week in which the first day lies."""
        return self.days[0].date.isocalendar().week


def span(day: date) -> tuple[date, date]:
    """Monday of the week of `day`, and the Monday after."""
    monday = monday_of(day)
    return monday, monday + timedelta(days=7)


def hours(plan: Plan, days: Sequence[date], *, now: datetime) -> Hours:
    """`days` by the hour; `now` is the wall clock of the calendar's zone.

    The hours of a working day are always shown, earlier and later ones where a day has something there.
    """
    most = MOST_IN_DAY if len(days) == 1 else MOST_IN_WEEK
    posts = {day: _by_hour(plan.posts.get(day, ())) for day in days}
    gaps = {day: _by_hour([one for one in plan.gaps.get(day, ()) if not one.past]) for day in days}
    used = {hour for row in posts.values() for hour in row} | {hour for row in gaps.values() for hour in row}
    first, last = min({FIRST, *used}), max({LAST, *used})
    found = []
    for day in days:
        today = day == now.date()
        row = [
            Hour(
                hour,
                posts[day].get(hour, ())[:most],
                gaps[day].get(hour, ()),
                max(len(posts[day].get(hour, ())) - most, 0),
                today and hour == now.hour,
            )
            for hour in range(first, last + 1)
        ]
        found.append(HourDay(day, row, today))
    return Hours(found, first, last)


def week_days(day: date) -> list[date]:
    return days_from(monday_of(day), 7)


def _by_hour(rows: Sequence[Timed]) -> dict[int, list[Timed]]:
    found: defaultdict[int, list[Timed]] = defaultdict(list)
    for row in rows:
        found[row.local.hour].append(row)
    return found
