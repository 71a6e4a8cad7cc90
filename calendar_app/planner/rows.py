"""Streams as rows through several weeks: the line of each, its posts as marks, and in words what stands out. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from calendar_app.planner.clashing import Clash, clashes, counting
from calendar_app.planner.currents import Piece, pieces, tallies
from calendar_app.planner.plan import Lane, Open, Placed, Plan, days_from, monday_of
from calendar_app.posts.crowding import floods

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

WEEKS = 6
# The week before comes along, so that one sees where the line comes from.
BEFORE = timedelta(days=7)
MOST_NOTES = 4


class Mark(NamedTuple):
    """One day of a stream on which there is something; `place` counts the days from 1."""

    place: int
    date: date
    posts: Sequence[Placed]
    gaps: Sequence[Open]
    flood: bool = False
    clash: bool = False


class Note(NamedTuple):
    """What stands out: `kind` is flood, clash or gap; `number` the posts of a flood."""

    kind: str
    date: date
    number: int = 0
    clash: Clash | None = None
    gap: Open | None = None


@dataclass(frozen=True)
class Row:
    """`slots` are the places of days with promised slots, whether filled or not."""

    lane: Lane
    pieces: Sequence[Piece]
    marks: Sequence[Mark]
    slots: Sequence[int]
    notes: Sequence[Note]
    sent: int
    planned: int
    open: int

    @property
    def floods(self) -> int:
        return sum(note.kind == "flood" for note in self.notes)

    @property
    def clashes(self) -> int:
        return sum(note.kind == "clash" for note in self.notes)

    @property
    def hidden_notes(self) -> int:
        return max(len(self.notes) - MOST_NOTES, 0)


@dataclass(frozen=True)
class Rows:
    days: Sequence[date]
    weeks: Sequence[date]
    rows: Sequence[Row]


def span(day: date) -> tuple[date, date]:
    """WEEKS weeks from Monday, the first being the one before that of `day`."""
    first = monday_of(day) - BEFORE
    return first, first + timedelta(weeks=WEEKS)


def rows(plan: Plan, day: date, slots: Mapping[int, Sequence[datetime]]) -> Rows:
    """One row for each lane of the plan. `slots` are what each lane (by id) promised, on the calendar's clocks."""
    first, _ = span(day)
    days = days_from(first, 7 * WEEKS)
    counted = tallies(plan, days)
    found = []
    for lane in plan.lanes:
        row = [counted[lane.id, one] for one in days]
        marks, notes, places = _marks(plan, lane, days, Counter(at.date() for at in slots.get(lane.id, ())))
        sums = (sum(one[kind] for one in row) for kind in range(3))
        found.append(Row(lane, pieces(row), marks, places, notes, *sums))
    return Rows(days, days[::7], found)


def _marks(
    plan: Plan, lane: Lane, days: Sequence[date], promised: Counter[date]
) -> tuple[list[Mark], list[Note], list[int]]:
    """What the lane has on each day, what stands out by time, and the places of its promised days."""
    posts = _posts_of(plan, lane, days)
    gaps = {day: [one for one in plan.gaps.get(day, ()) if one.gap.lane.id == lane.id] for day in days}
    told = counting([placed for row in posts.values() for placed in row])
    flooded = floods([placed.entry.at for placed in told], lane.flood_posts, lane.flood_hours)
    wet = {
        placed.local.date(): flood
        for flood in reversed(flooded)
        for placed in told
        if flood.first <= placed.entry.at <= flood.last
    }
    close = clashes(told, timedelta(minutes=lane.near_minutes))
    crowded = {clash.first.local.date() for clash in close}
    marks = [
        Mark(place, day, posts.get(day, ()), gaps[day], day in wet, day in crowded)
        for place, day in enumerate(days, 1)
        if day in posts or gaps[day]
    ]
    notes = [
        *(Note("flood", min(day for day in wet if wet[day] is flood), flood.posts) for flood in flooded),
        # In a flood everything is close; that is said already.
        *(Note("clash", clash.first.local.date(), clash=clash) for clash in close
          if clash.first.local.date() not in wet),
        *(Note("gap", day, gap=one) for day, row in gaps.items() for one in row if not one.past),
    ]  # fmt: skip
    notes.sort(key=lambda note: note.date)
    return marks, notes, [place for place, day in enumerate(days, 1) if promised[day]]


def _posts_of(plan: Plan, lane: Lane, days: Sequence[date]) -> dict[date, list[Placed]]:
    found: defaultdict[date, list[Placed]] = defaultdict(list)
    for day in days:
        for placed in plan.posts.get(day, ()):
            if lane.id in placed.entry.streams:
                found[day].append(placed)
    return found
