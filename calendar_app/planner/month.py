"""A month as whole weeks from Monday to Sunday. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_app.planner.currents import Current, currents
from calendar_app.planner.plan import Open, Placed, Plan, days_from, monday_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

MOST_POSTS = 3
MOST_GAPS = 2


@dataclass(frozen=True)
class Day:
    """One cell. `posts` and `gaps` are those shown at once; `hidden_*` count the rest."""

    date: date
    posts: Sequence[Placed] = ()
    gaps: Sequence[Open] = ()
    hidden_posts: int = 0
    hidden_gaps: int = 0
    outside: bool = False
    today: bool = False

    @property
    def weekend(self) -> bool:
        return self.date.weekday() >= 5

    @property
    def hidden(self) -> int:
        return self.hidden_posts + self.hidden_gaps

    @property
    def blank(self) -> bool:
        return not self.posts and not self.gaps


@dataclass(frozen=True)
class Week:
    number: int
    days: Sequence[Day]
    currents: Sequence[Current]


@dataclass(frozen=True)
class Month:
    first: date
    weeks: Sequence[Week]

    @property
    def previous(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def next(self) -> date:
        return (self.first + timedelta(days=32)).replace(day=1)


def span(day: date) -> tuple[date, date]:
    """The first Monday shown with the month of `day`, and the day after the last Sunday."""
    first = monday_of(day.replace(day=1))
    last = (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first, monday_of(last) + timedelta(days=7)


def month(plan: Plan, day: date, *, today: date) -> Month:
    """The month of `day`, four to six weeks long."""
    since, until = span(day)
    weeks = []
    for offset in range(0, (until - since).days, 7):
        dates = days_from(since + timedelta(days=offset), 7)
        cells = [cell(plan, one, today=today, outside=one.month != day.month) for one in dates]
        weeks.append(Week(dates[0].isocalendar().week, cells, currents(plan, dates)))
    return Month(day.replace(day=1), weeks)


def cell(plan: Plan, day: date, *, today: date, outside: bool = False, most: int = MOST_POSTS) -> Day:
    """One day with at most `most` posts; gaps that can still be filled take what room is left."""
    posts = plan.posts.get(day, ())
    gaps = [one for one in plan.gaps.get(day, ()) if not one.past]
    room = min(MOST_GAPS, max(most - len(posts), 0))
    hidden = max(len(posts) - most, 0), max(len(gaps) - room, 0)
    return Day(day, posts[:most], gaps[:room], *hidden, outside, day == today)
