"""A series in words: “every second Tuesday at 09:00”, “the last Friday of every month”, “every year on 29 February”."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from calendar_app.languages import both, in_words, say, say_count
from calendar_app.streams.breaks import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calendar_app.series.recurrence import Recurrence
    from calendar_app.streams.rules import Rule

WORKING_DAYS = (0, 1, 2, 3, 4)


def words(recurrence: Recurrence) -> str:
    """The days, the time, and how it ends, in the language of whoever asks."""
    told = say("%(days)s at %(time)s", days=days(recurrence.rule), time=clock(recurrence.rule.times[0]))
    if recurrence.count is not None:
        return say_count("%(told)s, once", "%(told)s, %(num)d times", recurrence.count, told=told)
    if recurrence.until is not None:
        return say("%(told)s, until %(day)s", told=told, day=in_words(recurrence.until))
    return told


def days(rule: Rule) -> str:
    """Only the days."""
    if rule.frequency == "DAILY":
        return _in_months(_every_day(rule.interval), rule)
    if rule.frequency == "WEEKLY":
        return _in_months(_weekly(rule), rule)
    named = both([*map(_month_day, rule.month_days), *(_which(*one) for one in rule.weekdays)])
    if rule.months:
        return _yearly(rule, named)
    if rule.interval == 1:
        return say("%(days)s of every month", days=named)
    if rule.interval == 2:
        return say("%(days)s of every second month", days=named)
    return say("%(days)s of every %(number)s months", days=named, number=rule.interval)


def _every_day(interval: int) -> str:
    if interval == 1:
        return say("every day")
    return say("every second day") if interval == 2 else say("every %(number)s days", number=interval)


def _weekly(rule: Rule) -> str:
    numbers = tuple(day for _, day in rule.weekdays)
    if rule.interval == 1 and numbers == WORKING_DAYS:
        return say("every weekday")
    named = both([_weekday(day) for day in numbers])
    if rule.interval == 1:
        return say("every %(days)s", days=named)
    if rule.interval == 2:
        return say("every second %(days)s", days=named)
    return say("%(days)s every %(number)s weeks", days=named, number=rule.interval)


def _yearly(rule: Rule, named: str) -> str:
    years = rule.interval if rule.frequency == "YEARLY" else 1
    if len(rule.month_days) == 1 and rule.month_days[0] > 0 and len(rule.months) == 1:
        named = in_words(date(2028, rule.months[0], rule.month_days[0]), "d MMMM")
    else:
        named = say("%(days)s of %(months)s", days=named, months=_months(rule.months))
    if rule.frequency == "MONTHLY" and rule.interval > 1:
        return say("%(days)s, every %(number)s months", days=named, number=rule.interval)
    if years == 1:
        return say("every year on %(day)s", day=named)
    return say("every %(number)s years on %(day)s", number=years, day=named)


def _in_months(told: str, rule: Rule) -> str:
    return say("%(days)s in %(months)s", days=told, months=_months(rule.months)) if rule.months else told


def _months(months: Iterable[int]) -> str:
    return both([in_words(date(2028, month, 1), "LLLL") for month in months])


def _weekday(day: int) -> str:
    return in_words(date(2024, 1, 1 + day), "EEEE")


def _month_day(day: int) -> str:
    return say("the last day") if day < 0 else say("day %(number)s", number=day)


def _which(which: int, day: int) -> str:
    sentences = {
        1: say("the first %(day)s", day=_weekday(day)), 2: say("the second %(day)s", day=_weekday(day)),
        3: say("the third %(day)s", day=_weekday(day)), 4: say("the fourth %(day)s", day=_weekday(day)),
        5: say("the fifth %(day)s", day=_weekday(day)), -1: say("the last %(day)s", day=_weekday(day)),
    }  # fmt: skip
    return sentences[which]
