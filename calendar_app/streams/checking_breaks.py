"""Exceptions, pauses and quiet hours as a person or a program wrote them: clean JSON, or a sentence per field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from calendar_app.languages import say
from calendar_app.posts.checking import line
from calendar_app.streams.rules import BadCadence, start_day

if TYPE_CHECKING:
    from calendar_app.posts.checking import Findings

MOST_EXCEPTIONS, MOST_PAUSES, MOST_QUIET = 100, 20, 6
LONGEST_EXCEPTION = 366
MOST_TIMES = 24
LONGEST_NOTE = 120
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")


class _Wrong(ValueError):
    """The sentence about one row."""


def exceptions(value: Any, found: Findings) -> list[dict[str, Any]]:
    """Days with other times or none, by their first day."""
    rows = [_exception(row, found) for row in _rows(value, "exceptions", MOST_EXCEPTIONS, found)]
    return sorted((row for row in rows if row), key=lambda row: row["first"])


def pauses(value: Any, found: Findings) -> list[dict[str, Any]]:
    """Pauses by their first day."""
    rows = [_pause(row, found) for row in _rows(value, "pauses", MOST_PAUSES, found)]
    return sorted((row for row in rows if row), key=lambda row: row["first"])


def quiet_hours(value: Any, found: Findings) -> list[dict[str, str]]:
    rows = [_quiet(row, found) for row in _rows(value, "quiet_hours", MOST_QUIET, found)]
    return [row for row in rows if row]


def _exception(row: Mapping[str, Any], found: Findings) -> dict[str, Any]:
    try:
        first, last = _days(row)
        if last is None:
            last = first
        if (last - first).days >= LONGEST_EXCEPTION:
            raise _Wrong(say("An exception lasts a year at most. Make it a pause, or change the promise."))
        times = _times(row.get("times"))
    except _Wrong as wrong:
        found.add("exceptions", str(wrong))
        return {}
    note = line(row.get("note"), "exceptions", LONGEST_NOTE, found)
    return {"first": first.isoformat(), "last": last.isoformat(), "times": times, "note": note}


def _pause(row: Mapping[str, Any], found: Findings) -> dict[str, Any]:
    try:
        first, last = _days(row)
    except _Wrong as wrong:
        found.add("pauses", str(wrong))
        return {}
    note = line(row.get("note"), "pauses", LONGEST_NOTE, found)
    told = row.get("told") in (True, "1", "true")
    return {"first": first.isoformat(), "last": last.isoformat() if last else "", "note": note, "told": told}


def _quiet(row: Mapping[str, Any], found: Findings) -> dict[str, str]:
    try:
        since, until = _time(row.get("since")), _time(row.get("until"))
        if since == until:
            raise _Wrong(say("Quiet hours begin and end at different times, such as 22:00 and 07:00."))
    except _Wrong as wrong:
        found.add("quiet_hours", str(wrong))
        return {}
    return {"since": since, "until": until}


def _rows(value: Any, name: str, most: int, found: Findings) -> list[Mapping[str, Any]]:
    if value in (None, ""):
        return []
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        found.add(name, say("Give a list."))
        return []
    if len(value) > most:
        found.add(name, say("At most %(most)s fit here. Take out those that are over.", most=most))
        return []
    return value


def _days(row: Mapping[str, Any]) -> tuple[date, date | None]:
    first = _day(row.get("first"))
    if first is None:
        raise _Wrong(say("Say on which day it begins."))
    last = _day(row.get("last"))
    if last is not None and last < first:
        raise _Wrong(say("It ends on %(last)s, before it begins on %(first)s.", last=last, first=first))
    return first, last


def _day(value: Any) -> date | None:
    text = str(value or "").strip()
    if not text:
        return None
    try:
        return start_day(text)
    except BadCadence as problem:
        raise _Wrong(problem.sentence) from None


def _times(value: Any) -> list[str]:
    """From a list, or from text such as `10:00, 16:30`."""
    given = value if isinstance(value, list) else re.split(r"[\s,;]+", str(value or "").strip())
    times = sorted({_time(one) for one in given if one})
    if len(times) > MOST_TIMES:
        raise _Wrong(say("A day has at most %(most)s times.", most=MOST_TIMES))
    return times


def _time(value: Any) -> str:
    match = _CLOCK.fullmatch(str(value or "").strip())
    if match is None:
        raise _Wrong(say("“%(text)s” is not a time of day. Write it as 09:00.", text=str(value or "")[:20]))
    return f"{int(match[1]):02d}:{match[2]}"
