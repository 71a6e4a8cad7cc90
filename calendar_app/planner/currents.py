"""The currents: one line per stream through a week; solid, dashed, dotted. Pure; drawn in units of SVG.

A day is 100 units wide. Solid: something went out. Dashed: something is planned. Dotted: something was
promised and nothing is planned.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from calendar_app.planner.plan import GONE_OUT, NOT_KEEPING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from calendar_app.planner.plan import Lane, Plan

DAY = 100
# More lines than these cannot be told apart in the height of a week's row.
MOST_LINES = 8
SPACING = 6


class Piece(NamedTuple):
    """From `x1` to `x2`; kind is run, rest, post, plan or gap; `more` where one day holds several posts."""

    kind: str
    x1: int
    x2: int
    more: bool = False


class Tally(NamedTuple):
    """What one stream has on one day."""

    sent: int = 0
    planned: int = 0
    open: int = 0


@dataclass(frozen=True)
class Current:
    lane: Lane
    y: int
    pieces: Sequence[Piece]


def currents(plan: Plan, days: Sequence[date]) -> list[Current]:
    """The lines of the plan's first lanes through the seven `days`, one below the other."""
    counted = tallies(plan, days)
    return [
        Current(lane, SPACING // 2 + SPACING * place, pieces([counted[lane.id, day] for day in days]))
        for place, lane in enumerate(plan.lanes[:MOST_LINES])
    ]


def tallies(plan: Plan, days: Sequence[date]) -> Mapping[tuple[int, date], Tally]:
    """Per stream and day: how much went out, is planned, is missing. A post counts in each of its streams."""
    counted: defaultdict[tuple[int, date], Tally] = defaultdict(Tally)
    for day in days:
        sent, planned, open_ = Counter[int](), Counter[int](), Counter[int]()
        for placed in plan.posts.get(day, ()):
            state, streams = placed.entry.state, placed.entry.streams
            if state in NOT_KEEPING:
                continue
            kind = sent if state in GONE_OUT else planned
            for number in streams:
                kind[number] += 1
        for one in plan.gaps.get(day, ()):
            open_[one.gap.lane.id] += 1
        for number in {*sent, *planned, *open_}:
            counted[number, day] = Tally(sent[number], planned[number], open_[number])
    return counted


def pieces(days: Sequence[Tally]) -> list[Piece]:
    """The line of one stream through the days (a week, or several), from the thin line up to the thick."""
    busy = any(day.sent or day.planned for day in days)
    missing = any(day.open for day in days)
    end = len(days) * DAY
    if not busy:
        return [Piece("gap", 6, end - 6)] if missing else [Piece("rest", 0, end)]
    return [*_thin(days), *_thick(days)]


def _thin(days: Sequence[Tally]) -> list[Piece]:
    """The run itself, which stops at both sides of a gap."""
    found, start = [], 0
    for number, day in enumerate(days):
        if _is_gap(day):
            if number * DAY > start:
                found.append(Piece("run", start, number * DAY - 2))
            start = (number + 1) * DAY + 2
    if start < len(days) * DAY:
        found.append(Piece("run", start, len(days) * DAY))
    return found


def _thick(days: Sequence[Tally]) -> list[Piece]:
    found = []
    for number, day in enumerate(days):
        left = number * DAY
        if _is_gap(day):
            found.append(Piece("gap", left + 6, left + 96))
        elif day.sent:
            found.append(Piece("post", left + 14, left + 86, day.sent + day.planned > 1))
        elif day.planned:
            found.append(Piece("plan", left + 14, left + 86, day.planned > 1))
    return found


def _is_gap(day: Tally) -> bool:
    return bool(day.open) and not day.sent and not day.planned
