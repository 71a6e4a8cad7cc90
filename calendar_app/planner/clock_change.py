"""When the clocks change, for the people who plan across it. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class ClockChange(NamedTuple):
    """On `day` the clocks go forward (`minutes` > 0) or back (< 0)."""

    day: date
    minutes: int


def clock_change(zone: str, since: date, until: date) -> ClockChange | None:
    """The first change of `zone` from `since` to before `until`, None if there is none."""
    place = ZoneInfo(zone)
    day, before = since, _offset(since, place)
    while day < until:
        after = _offset(day + timedelta(days=1), place)
        if after != before:
            return ClockChange(day, round((after - before).total_seconds() / 60))
        day += timedelta(days=1)
    return None


def offset_name(zone: str, at: datetime) -> str:
    """`UTC+2`, `UTC-3:30`, or `UTC` where there is no difference."""
    minutes = round((at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "UTC"
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02d}" if rest else "")


def _offset(day: date, place: ZoneInfo) -> timedelta:
    """At local midnight at the start of `day`."""
    return datetime(day.year, day.month, day.day, tzinfo=place).utcoffset() or timedelta()
