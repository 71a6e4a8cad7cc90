"""Times and their distances in words, as the members' page of a post says them, zones included."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask_babel import ngettext

from calendar_app.languages import capital, in_words, say
from calendar_app.planner.clock_change import offset_name
from calendar_app.times import TimeInFold, TimeInGap, TimeProblem, parse_wall, to_utc, to_wall
from calendar_app.zone_words import zone_name

if TYPE_CHECKING:
    from collections.abc import Mapping

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def moment(instant: datetime, zone: str, *, now: datetime) -> str:
    """`Thu 15 Oct, 12:00, Europe/Oslo`; with the year where it is not this one."""
    return f"{clock(instant, zone, now=now)}, {zone}"


def moment_in(instant: datetime, zone: str, *, now: datetime) -> str:
    """`Thu 15 Oct, 12:00, Oslo (UTC+02:00)`, for times that people far away may read."""
    return f"{clock(instant, zone, now=now)}, {zone_name(zone, instant)}"


def clock(instant: datetime, zone: str, *, now: datetime) -> str:
    """`Thu 15 Oct, 12:00`, for places that name the zone beside it."""
    wall = to_wall(instant, zone)
    year = "" if wall.year == to_wall(now, zone).year else " y"
    seconds = ":ss" if wall.second else ""
    return in_words(wall, f"EEE d MMM{year}, HH:mm{seconds}")


def time_and_zone(instant: datetime, zone: str) -> str:
    """`12:00, Europe/Oslo`."""
    return f"{to_wall(instant, zone):%H:%M}, {zone}"


def zone_line(instant: datetime, zone: str, *, now: datetime) -> str:
    """`Oslo (UTC+02:00). Tomorrow, in 25 h 40 min.`"""
    distant = capital(_day_word(instant, zone, now) + distance(instant, now))
    return f"{zone_name(zone, instant)}. {distant}."


def distance(instant: datetime, now: datetime) -> str:
    """`in 25 h 40 min`, `3 min ago`."""
    length = span(abs(instant - now))
    return say("in %(length)s", length=length) if instant > now else say("%(length)s ago", length=length)


def span(length: timedelta) -> str:
    """`40 s`, `25 h 40 min`, `12 days`: never more than two units."""
    seconds = round(length.total_seconds())
    if seconds < 60:
        return say("%(number)s s", number=seconds)
    minutes = round(seconds / 60)
    if minutes < 60:
        return say("%(number)s min", number=minutes)
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        whole = say("%(hours)s h", hours=hours)
        return f"{whole} {say('%(number)s min', number=rest)}" if rest else whole
    days = round(minutes / 60 / 24)
    return str(ngettext("%(num)d day", "%(num)d days", days))


def lateness(milliseconds: int) -> str:
    """How late something left: `on time` up to a second, with the figure; then `late by …`."""
    if milliseconds < 1000:
        return say("on time, after %(ms)s ms", ms=milliseconds)
    if milliseconds < 60_000:
        return say("late by %(seconds)s s", seconds=f"{milliseconds / 1000:.1f}")
    return say("late by %(length)s", length=span(timedelta(milliseconds=milliseconds)))


def ways_out(wall: str, zone: str, *, fold: int | None = None) -> list[Mapping[str, Any]]:
    """For a time that the clocks skip or show twice, what can be chosen: each `{label, fold | publish_at}`.

    Two equal times are offered also after one of them was chosen, which is then marked `chosen`.
    """
    try:
        to_utc(parse_wall(wall), zone)
    except TimeInFold as problem:
        labels = (say("the first, %(offset)s"), say("the second, %(offset)s"))
        instants = (problem.first, problem.second)
        return [
            {
                "fold": which,
                "label": labels[which] % {"offset": offset_name(zone, instants[which])},
                "chosen": fold == which,
            }
            for which in (0, 1)
        ]
    except TimeInGap as problem:
        return [
            {"publish_at": shown.isoformat(timespec="minutes"), "label": f"{shown:%H:%M}"}
            for shown in (problem.before, problem.after)
        ]
    except TimeProblem:
        return []
    return []


def _day_word(instant: datetime, zone: str, now: datetime) -> str:
    days = (to_wall(instant, zone).date() - to_wall(now, zone).date()).days
    if days == 0:
        return say("Today, ")
    if days == 1:
        return say("Tomorrow, ")
    return ""
