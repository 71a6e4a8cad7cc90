"""One rule of a cadence in plain words, “weekly on Tue and Fri at 09:00”: all that is written can be read."""

import re
from collections.abc import Iterable, Sequence
from typing import NoReturn

from calendar_app.languages import say, spoken
from calendar_app.streams import tongues
from calendar_app.streams.rules import BadCadence, Rule, settled, start_day

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)
WHICH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
UNITS = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
ADVERBS = {"daily": (1, "day"), "weekly": (1, "week"), "monthly": (1, "month"), "yearly": (1, "year")} | {
    "fortnightly": (2, "week"),
    "annually": (1, "year"),
}
WORKING_DAYS, WEEKEND = (0, 1, 2, 3, 4), (5, 6)

_FILLERS = {"on", "the", "and", "of", "in"}
_DAY_SETS = {"weekday": WORKING_DAYS, "weekdays": WORKING_DAYS, "weekend": WEEKEND, "weekends": WEEKEND}
_DAY_NAMES = {
    name: number
    for number, day in enumerate(map(str.casefold, DAYS))
    for name in (day, day + "s", *(day[:length] for length in (3, 4, 5)))
}
_MONTH_NAMES = {
    name: number
    for number, month in enumerate(map(str.casefold, MONTHS), start=1)
    for name in (month, month[:3])
}
_TIME = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?([ap]m)?")
_NAMED_TIMES = {"noon": 12 * 60, "midday": 12 * 60, "midnight": 0}
# “9 am” is one time, and a time that nobody can take for a day needs no “at” before it.
_HALF_DAY = re.compile(r"(?<=[0-9]) ?([ap])\.?m\b\.?")
_BEFORE_TIME = re.compile(r" (?=[0-9]{1,2}(?:[:.][0-9]{2}|(?:[:.][0-9]{2})?[ap]m)(?: |$))")
_NTH = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?")


def read_words(text: str) -> Rule:
    """A rule from words such as `every weekday at 08:30` or `monthly on the first Monday at 10:00`.

    Bokmål and Swedish are read as well, whoever asks. Raises BadCadence.
    """
    words = " ".join(tongues.in_english(text).casefold().replace(",", " ").split())
    words = _HALF_DAY.sub(r"\1m", words)
    days, at, clock = f" {words} ".rpartition(" at ")
    if not at:
        days, *at_once = _BEFORE_TIME.split(words, maxsplit=1)
        clock = at_once[0] if at_once else _time_is_missing(text)
    times, _, start = clock.partition(" from ")
    interval, unit, rest = _period(days.split())
    found = _Days(text, [word for word in rest if word not in _FILLERS])
    if unit is None:
        _need_plain_weekdays(found)
    return settled(
        Rule(
            frequency=UNITS[unit or "week"],
            interval=interval,
            weekdays=tuple(found.weekdays),
            month_days=tuple(found.month_days),
            months=tuple(found.months),
            times=_times(times),
            start=start_day(start.strip()) if start else None,
        )
    )


def write_words(rule: Rule) -> str:
    """The rule in words, in the language of whoever asks, that `read_words` reads as the same rule."""
    if (language := spoken()) in tongues.TONGUES:
        return tongues.write(rule, language)
    times = joined([f"{time // 60:02d}:{time % 60:02d}" for time in rule.times])
    start = f" from {rule.start.isoformat()}" if rule.start else ""
    return f"{_days_in_words(rule)} at {times}{start}"


def joined(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _period(words: Sequence[str]) -> tuple[int, str | None, Sequence[str]]:
    """The interval, its unit where one is named, and the words that are left."""
    if words and words[0] in ADVERBS:
        interval, unit = ADVERBS[words[0]]
        return interval, unit, words[1:]
    if len(words) < 2 or words[0] not in ("every", "each"):
        return 1, None, words
    if words[1] in UNITS:
        return 1, words[1], words[2:]
    interval = 2 if words[1] in ("other", "second") else int(words[1]) if words[1].isdecimal() else 0
    if interval and len(words) > 2 and words[2].removesuffix("s") in UNITS:
        return interval, words[2].removesuffix("s"), words[3:]
    return 1, None, words[1:]


def _need_plain_weekdays(found: "_Days") -> None:
    if found.month_days or any(which for which, _ in found.weekdays):
        raise BadCadence(
            say(
                "Say how often, as in “monthly on the second Monday at 10:00” "
                "or “every 2 weeks on Mon at 10:00”."
            )
        )
    if not found.weekdays:
        raise _not_understood(found.text)


class _Days:
    """Collects days and months; a number waits until it is clear whether a weekday follows it."""

    def __init__(self, text: str, words: Iterable[str]) -> None:
        self.text = text
        self.weekdays: list[tuple[int, int]] = []
        self.month_days: list[int] = []
        self.months: list[int] = []
        self._waiting: list[int] = []
        for word in words:
            self._take(word)
        self._as_month_days()

    def _take(self, word: str) -> None:
        nth = _NTH.fullmatch(word)
        if word in WHICH or nth:
            self._waiting.append(int(nth[1]) if nth else WHICH[word])
        elif word in _DAY_NAMES:
            self._as_weekdays(_DAY_NAMES[word])
        elif word in _MONTH_NAMES:
            self._as_month_days()
            self.months.append(_MONTH_NAMES[word])
        elif word in _DAY_SETS and not self._waiting:
            self.weekdays += [(0, day) for day in _DAY_SETS[word]]
        elif word == "day" and self._waiting[-1:] == [-1]:
            self.month_days.append(self._waiting.pop())
        elif word != "month" or not self.month_days:
            raise _not_understood(self.text)

    def _as_weekdays(self, day: int) -> None:
        if any(which not in WHICH.values() for which in self._waiting):
            raise _not_understood(self.text)
        self.weekdays += [(which, day) for which in self._waiting or (0,)]
        self._waiting = []

    def _as_month_days(self) -> None:
        if any(not 1 <= day <= 31 for day in self._waiting):
            raise _not_understood(self.text)
        self.month_days += self._waiting
        self._waiting = []


def _times(text: str) -> tuple[int, ...]:
    words = [word for word in text.split() if word != "and"]
    times = [time for word in words if (time := _time(word)) is not None]
    if not words or len(times) < len(words):
        raise BadCadence(
            say(
                "“%(text)s” is not a time of day. Write it as 09:00, or several as 09:00 and 17:30.",
                text=_clip(text),
            )
        )
    return tuple(times)


def _time(word: str) -> int | None:
    """Minutes after midnight of `9`, `09:00`, `9.30`, `9pm` or `noon`."""
    match = _TIME.fullmatch(word)
    if not match:
        return _NAMED_TIMES.get(word)
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        return None
    return (hour % 12 + 12 * (half == "pm") if half else hour) * 60 + minute


def _time_is_missing(text: str) -> NoReturn:
    """Only the time, where the rest can be read: what is proposed must do."""
    try:
        read_words(f"{text} at 09:00")
    except BadCadence:
        raise _not_understood(text) from None
    raise BadCadence(say("Say at what time, as in “%(text)s at 09:00”.", text=_clip(text)))


def _not_understood(text: str) -> BadCadence:
    return BadCadence(
        say(
            "“%(text)s” is not a cadence we understand. Write one such as "
            "“weekly on Tue and Fri at 09:00”, “every weekday at 08:30” or "
            "“monthly on the first Monday at 10:00”.",
            text=_clip(text),
        )
    )


def _clip(text: str) -> str:
    shown = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return shown if len(shown) <= 60 else shown[:59] + "…"


def _days_in_words(rule: Rule) -> str:
    months = joined([MONTHS[month - 1] for month in rule.months])
    if rule.frequency == "DAILY":
        return _every(rule.interval, "daily", "days") + (f" in {months}" if months else "")
    if rule.frequency == "WEEKLY":
        return _week_in_words(rule) + (f" in {months}" if months else "")
    days = joined([*map(_month_day, rule.month_days), *(_which_day(*one) for one in rule.weekdays)])
    adverb, unit = ("yearly", "years") if rule.frequency == "YEARLY" else ("monthly", "months")
    if months and rule.interval == 1:
        adverb = "yearly"
    return f"{_every(rule.interval, adverb, unit)} on the {days}" + (f" of {months}" if months else "")


def _week_in_words(rule: Rule) -> str:
    if rule.interval == 1 and tuple(day for _, day in rule.weekdays) == WORKING_DAYS:
        return "every weekday"
    return (
        f"{_every(rule.interval, 'weekly', 'weeks')} on {joined([DAYS[day][:3] for _, day in rule.weekdays])}"
    )


def _every(interval: int, adverb: str, units: str) -> str:
    return adverb if interval == 1 else f"every {interval} {units}"


def _month_day(day: int) -> str:
    if day < 0:
        return "last day"
    ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _which_day(which: int, day: int) -> str:
    names = {number: name for name, number in WHICH.items()}
    return f"{names[which]} {DAYS[day]}"
