"""A plan as a list, day by day, a page at a time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from calendar_app.planner.plan import Open, Placed, Plan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

PAGE = 200


@dataclass(frozen=True)
class ListDay:
    date: date
    posts: Sequence[Placed]
    gaps: Sequence[Open]


@dataclass(frozen=True)
class Listing:
    """`page` counts from 1; `total` is the number of posts on all pages."""

    days: Sequence[ListDay]
    page: int
    pages: int
    total: int


def listing(plan: Plan, days: Sequence[date], *, page: int = 1, size: int = PAGE) -> Listing:
    """The posts and gaps of `days` in order; a page past the end is the last page.

    A gap stands on one page only, after the posts before it.
    """
    everything = [placed for day in days for placed in plan.posts.get(day, ())]
    pages = max(-(-len(everything) // size), 1)
    page = min(max(page, 1), pages)
    shown = everything[(page - 1) * size : page * size]
    by_day = {day: list(rows) for day, rows in groupby(shown, key=lambda placed: placed.local.date())}
    after = everything[(page - 1) * size - 1].local.date() if page > 1 else None
    until = shown[-1].local.date() if page < pages else None
    found = []
    for day in days:
        here = (after is None or day > after) and (until is None or day <= until)
        gaps = [one for one in plan.gaps.get(day, ()) if here and not one.past]
        if day in by_day or gaps:
            found.append(ListDay(day, by_day.get(day, ()), gaps))
    return Listing(found, page, pages, len(everything))
