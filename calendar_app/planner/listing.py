"""A plan as a list, day by day or in another order, a page at a time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from calendar_app.planner.plan import CHANGES, Open, Placed, Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

PAGE = 200
# In the order of a post's life, what needs a person first.
_STATES = (
    *("failed", "unknown", "missed", "in_review", CHANGES, "draft", "approved", "scheduled"),
    *("sending", "published", "delivered", "withdrawn"),
)


@dataclass(frozen=True)
class Group:
    """Posts under one heading: of one `date`, or what a sorted list has in common (`word`: a stream, a state)."""

    posts: Sequence[Placed]
    gaps: Sequence[Open] = ()
    date: date | None = None
    word: str = ""


@dataclass(frozen=True)
class Listing:
    """`page` counts from 1; `total` is the number of posts on all pages."""

    days: Sequence[Group]
    page: int
    pages: int
    total: int


def listing(
    plan: Plan, days: Sequence[date], *, page: int = 1, size: int = PAGE, sort: str = "time"
) -> Listing:
    """The posts of `days` in order; a page past the end is the last page.

    By time the gaps come along, each on one page only, after the posts before it.
    """
    everything = [placed for day in days for placed in plan.posts.get(day, ())]
    if sort != "time":
        everything = _sorted(everything, sort)
    pages = max(-(-len(everything) // size), 1)
    page = min(max(page, 1), pages)
    shown = everything[(page - 1) * size : page * size]
    if sort == "time":
        found = _with_gaps(plan, days, everything, shown, first=page == 1, last=page == pages)
    else:
        found = _grouped(shown, sort)
    return Listing(found, page, pages, len(everything))


def _sorted(posts: Sequence[Placed], sort: str) -> list[Placed]:
    if sort == "latest":
        return list(reversed(posts))
    keys: dict[str, Callable[[Placed], Any]] = {
        "title": lambda placed: placed.entry.title.casefold(),
        "stream": lambda placed: (placed.lane.name.casefold(), placed.lane.id),
        "state": lambda placed: _STATES.index(placed.entry.state),
    }
    return sorted(posts, key=keys[sort])


def _grouped(shown: Sequence[Placed], sort: str) -> list[Group]:
    if sort == "latest":
        return [Group(list(rows), date=day) for day, rows in groupby(shown, key=_day_of)]
    if sort == "title":
        return [Group(shown)] if shown else []
    named: Callable[[Placed], str] = {
        "stream": lambda placed: placed.lane.name,
        "state": lambda placed: placed.entry.state,
    }[sort]
    return [Group(list(rows), word=word) for word, rows in groupby(shown, key=named)]


def _with_gaps(
    plan: Plan,
    days: Sequence[date],
    everything: Sequence[Placed],
    shown: Sequence[Placed],
    *,
    first: bool,
    last: bool,
) -> list[Group]:
    by_day = {day: list(rows) for day, rows in groupby(shown, key=_day_of)}
    after = None if first else _day_of(everything[everything.index(shown[0]) - 1])
    until = None if last else _day_of(shown[-1])
    found = []
    for day in days:
        here = (after is None or day > after) and (until is None or day <= until)
        gaps = [one for one in plan.gaps.get(day, ()) if here and not one.past]
        if day in by_day or gaps:
            found.append(Group(by_day.get(day, ()), gaps, day))
    return found


def _day_of(placed: Placed) -> date:
    return placed.local.date()
