"""What a person or a program wrote about a series, checked field by field: columns, or one sentence per field."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from calendar_app import times
from calendar_app.languages import say
from calendar_app.series.models import MAKES, SHORT_MONTHS
from calendar_app.series.recurrence import Recurrence, ended, read_rule, write_rule
from calendar_app.streams.breaks import clock, minutes
from calendar_app.streams.rules import BadCadence, read_rrule, write_rrules
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_app.posts.checking import Findings
    from calendar_app.series.models import Series

FURTHEST_BACK, FURTHEST_AHEAD = timedelta(days=366 * 10), timedelta(days=366 * 5)
MONDAY = date(2024, 1, 1)
MOST_AHEAD = 400
MOST_DAYS = 400
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def kept(series: Series) -> Recurrence:
    """The recurrence as it is kept."""
    return Recurrence(
        read_rrule(series.rule), series.timezone, series.count,
        date.fromisoformat(series.until) if series.until else None, series.short_months,
        frozenset(map(date.fromisoformat, series.skipped)), frozenset(map(date.fromisoformat, series.extra)),
    )  # fmt: skip


def columns_of(recurrence: Recurrence) -> dict[str, Any]:
    """The columns that keep it."""
    return {
        "rule": write_rrules(recurrence.rule)[0],
        "timezone": recurrence.zone,
        "count": recurrence.count,
        "until": recurrence.until.isoformat() if recurrence.until else None,
        "short_months": recurrence.short_months,
        "skipped": sorted(day.isoformat() for day in recurrence.skipped),
        "extra": sorted(day.isoformat() for day in recurrence.extra),
    }


def recurrence(
    changes: Mapping[str, Any], now: datetime, found: Findings, *, stands: Recurrence | None = None
) -> Recurrence | None:
    """From `rule` (an RRULE), `first`, `time`, `timezone`, `count`, `until`, `short_months`, `skipped`, `extra`.

    What is not given stays as it `stands`; a rule brings its own end. None when something is wrong.
    """
    zone = str(changes.get("timezone") or (stands.zone if stands else ""))
    try:
        times.known_zone(zone)
    except times.TimeProblem as problem:
        found.add("timezone", problem.sentence)
        return None
    first, minute = (stands.first, stands.rule.times[0]) if stands else (None, None)
    if "first" in changes:
        first = day_in(changes["first"], "first", found)
    if "time" in changes:
        minute = _minute(changes["time"], found)
    if first is None or minute is None:
        found.add("first", say("Say on which day it begins."))
        return None
    if "first" in changes:
        _near(first, to_wall(now, zone).date(), found)
    try:
        made = read_rule(
            str(changes.get("rule") or (write_rule(stands) if stands else "")), first, minute, zone
        )
        made = _with_end(made, changes, found)
    except BadCadence as problem:
        found.add("rule", problem.sentence)
        return None
    short = changes.get("short_months", stands.short_months if stands else "skip")
    if short not in SHORT_MONTHS:
        found.add("short_months", say("Choose what happens in months without that day."))
    return replace(
        made, short_months=short,
        skipped=_days(changes["skipped"], "skipped", found) if "skipped" in changes else _stands(stands, "skipped"),
        extra=_days(changes["extra"], "extra", found) if "extra" in changes else _stands(stands, "extra"),
    )  # fmt: skip


def making(changes: Mapping[str, Any], found: Findings) -> dict[str, Any]:
    """The columns of how its posts are made, as far as they are given."""
    values: dict[str, Any] = {}
    if "makes" in changes:
        values["makes"] = str(changes["makes"])
        if values["makes"] not in MAKES:
            found.add("makes", say("Choose drafts, or posts that are scheduled."))
    if "ahead_days" in changes:
        text = str(changes["ahead_days"]).strip()
        values["ahead_days"] = int(text) if re.fullmatch(r"[0-9]{1,4}", text) else 0
        if not 1 <= values["ahead_days"] <= MOST_AHEAD:
            found.add(
                "ahead_days",
                say("Write a whole number from %(least)s to %(most)s.", least=1, most=MOST_AHEAD),
            )
    return values


def day_in(value: Any, name: str, found: Findings) -> date | None:
    text = str(value or "").strip()
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        day = date.fromisoformat(text)
    except ValueError:
        found.add(name, say("“%(text)s” is not a day. Write it as 2026-12-01.", text=text[:20]))
        return None
    if not times.EARLIEST_YEAR < day.year < times.LATEST_YEAR:
        found.add(name, say("This day is out of reach. Choose another."))
        return None
    return day


def _with_end(made: Recurrence, changes: Mapping[str, Any], found: Findings) -> Recurrence:
    if "count" not in changes and "until" not in changes:
        return made
    count, until = changes.get("count"), changes.get("until")
    number = None
    if count not in (None, ""):
        number = int(str(count)) if re.fullmatch(r"[0-9]{1,9}", str(count).strip()) else 0
    last = day_in(until, "until", found) if until not in (None, "") else None
    if number is not None and last is not None:
        found.add("until", say("End it after a number of posts or on a day, not both."))
        return made
    try:
        return ended(made, number, last)
    except BadCadence as problem:
        found.add("count" if number is not None else "until", problem.sentence)
        return made


def _minute(value: Any, found: Findings) -> int | None:
    text = str(value or "").strip()[:5]
    if not _CLOCK.fullmatch(text):
        found.add("time", say("“%(text)s” is not a time of day. Write it as 09:00.", text=text))
        return None
    return minutes(text)


def _near(first: date, today: date, found: Findings) -> None:
    if not today - FURTHEST_BACK <= first <= today + FURTHEST_AHEAD:
        found.add("first", say("Begin within the last ten years or the next five."))


def _days(value: Any, name: str, found: Findings) -> frozenset[date]:
    if not isinstance(value, list) or len(value) > MOST_DAYS:
        found.add(name, say("Give a list of at most %(most)s days.", most=MOST_DAYS))
        return frozenset()
    days = [day_in(one, name, found) for one in value]
    return frozenset(day for day in days if day)


def _stands(stands: Recurrence | None, name: str) -> frozenset[date]:
    return getattr(stands, name) if stands else frozenset()


def time_of(recurrence: Recurrence) -> str:
    """`09:00`."""
    return clock(recurrence.rule.times[0])
