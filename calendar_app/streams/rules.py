"""One rule of a cadence: on which days, at which times of day. Written and read as an iCalendar RRULE."""

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product

from calendar_app.languages import say
from calendar_app.times import EARLIEST_YEAR, LATEST_YEAR

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
TOO_FINE = ("SECONDLY", "MINUTELY", "HOURLY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LARGEST_INTERVAL = 52
MOST_TIMES = 48
# A Monday that begins a month and a year: what a rule with an interval counts from unless it says otherwise.
ORIGIN = date(2024, 1, 1)
# Weekdays and leap days repeat after 28 years: what has not come by then never comes.
YEARS_UNTIL_NEVER = 28

_PARTS = {
    "FREQ",
    "INTERVAL",
    "BYMONTH",
    "BYMONTHDAY",
    "BYDAY",
    "BYHOUR",
    "BYMINUTE",
    "BYSECOND",
    "WKST",
    "DTSTART",
}
_WHOLE = re.compile(r"(?:RRULE:)?([^\s:]+)")
_NUMBER = re.compile(r"[+-]?[0-9]{1,3}")
_WEEKDAY = re.compile(r"([+-]?[0-9]{0,2})(MO|TU|WE|TH|FR|SA|SU)")


class BadCadence(ValueError):
    """A cadence that cannot be kept or understood; `sentence` says what to write instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Rule:
    """`weekdays`: pairs of which one in the month (0 every, -1 the last) and the day (Monday is 0).

    `month_days`: 1 to 31, or -1 for the last. `times`: minutes after midnight on the wall clock.
    `start`: the first day, from which intervals are counted.
    """

    frequency: str
    interval: int = 1
    weekdays: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    times: tuple[int, ...] = ()
    start: date | None = None

    def gives(self, day: date) -> bool:
        """Whether the rule has slots on this local day. Depends on the rule alone, never on a slot before."""
        if (self.months and day.month not in self.months) or (self.start and day < self.start):
            return False
        return self._on_this_day(day) and self._periods_since_start(day) % self.interval == 0

    def _on_this_day(self, day: date) -> bool:
        if self.month_days:
            return day.day in self.month_days or (-1 in self.month_days and _is_last_of_month(day))
        return not self.weekdays or any(_is_weekday(day, which, weekday) for which, weekday in self.weekdays)

    def _periods_since_start(self, day: date) -> int:
        origin = self.start or ORIGIN
        if self.frequency == "DAILY":
            return (day - origin).days
        if self.frequency == "WEEKLY":
            return (day - origin + timedelta(days=origin.weekday())).days // 7
        years = day.year - origin.year
        return years if self.frequency == "YEARLY" else years * 12 + day.month - origin.month


def read_rrule(text: str) -> Rule:
    """A rule from `RRULE:FREQ=WEEKLY;BYDAY=TU;BYHOUR=9;BYMINUTE=0`, with or without `;DTSTART=20261201`.

    Raises BadCadence.
    """
    match = _WHOLE.fullmatch(text.strip().upper())
    if match is None:
        raise BadCadence(say("Write a rule as RRULE:FREQ=WEEKLY;BYDAY=TU,FR;BYHOUR=9;BYMINUTE=0."))
    parts = _parts(match[1])
    return settled(
        Rule(
            frequency=_frequency(parts),
            interval=_interval(parts),
            weekdays=_weekdays(parts),
            month_days=_month_days(parts),
            months=_numbers(parts, "BYMONTH", 1, 12),
            times=_times(parts),
            start=start_day(parts["DTSTART"]) if "DTSTART" in parts else None,
        )
    )


def write_rrules(rule: Rule) -> list[str]:
    """The rule as RRULEs: one, or one for each group of times that a single RRULE cannot hold."""
    start = f";DTSTART={rule.start:%Y%m%d}" if rule.start else ""
    parts = [f"FREQ={rule.frequency}"]
    if rule.interval > 1:
        parts.append(f"INTERVAL={rule.interval}")
    for name, values in (("BYMONTH", rule.months), ("BYMONTHDAY", rule.month_days)):
        if values:
            parts.append(f"{name}={_listed(values)}")
    if rule.weekdays:
        parts.append("BYDAY=" + ",".join(f"{which or ''}{WEEKDAYS[day]}" for which, day in rule.weekdays))
    days = ";".join(parts)
    return [
        f"RRULE:{days};BYHOUR={hours};BYMINUTE={minutes}{start}" for hours, minutes in _clocks(rule.times)
    ]


def settled(rule: Rule) -> Rule:
    """The one form of a rule that can be written in several ways. Raises BadCadence."""
    rule = _in_order(rule)
    if not 1 <= rule.interval <= LARGEST_INTERVAL:
        raise BadCadence(say("An interval is a whole number from 1 to %(most)s.", most=LARGEST_INTERVAL))
    if len(rule.times) > MOST_TIMES:
        raise BadCadence(say("A rule may have at most %(most)s times of day.", most=MOST_TIMES))
    if rule.weekdays and rule.month_days:
        raise BadCadence(say("Give days of the week or days of the month, not both in one rule."))
    if rule.frequency == "YEARLY" and not rule.months:
        raise BadCadence(say("A yearly rule needs a month, as in “yearly on the 1st of March at 10:00”."))
    rule = _under_its_own_frequency(rule)
    _refuse_never(rule)
    return rule


def start_day(text: str) -> date:
    """A day from `20261201` or `2026-12-01`. Raises BadCadence."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadCadence(say("“%(text)s” is not a day. Write it as 2026-12-01.", text=text)) from None
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise BadCadence(
            say("Choose a first day from %(first)s to %(last)s.", first=EARLIEST_YEAR, last=LATEST_YEAR)
        )
    return day


def _is_last_of_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def _is_weekday(day: date, which: int, weekday: int) -> bool:
    if day.weekday() != weekday:
        return False
    if which < 0:
        return (day + timedelta(days=7)).month != day.month
    return which in (0, (day.day + 6) // 7)


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in filter(None, text.split(";")):
        name, _, value = part.partition("=")
        if name not in _PARTS:
            raise BadCadence(
                say(
                    "“%(name)s” has no place in a cadence. Leave it out: %(why)s",
                    name=name[:40], why=_why_not(name),
                )
            )  # fmt: skip
        if name in parts:
            raise BadCadence(say("%(name)s is given twice in one rule. Keep one.", name=name))
        parts[name] = value
    if parts.pop("BYSECOND", "0") not in ("0", "00"):
        raise BadCadence(say("A slot is at a whole minute. Leave BYSECOND out."))
    if parts.pop("WKST", "MO") != "MO":
        raise BadCadence(say("Weeks begin on Monday here. Leave WKST out."))
    return parts


def _why_not(name: str) -> str:
    if name in ("COUNT", "UNTIL"):
        return say("a cadence has no end.")
    return say("a rule has %(parts)s.", parts=", ".join(sorted(_PARTS - {"BYSECOND", "WKST", "DTSTART"})))


def _frequency(parts: dict[str, str]) -> str:
    frequency = parts.get("FREQ", "")
    if frequency in TOO_FINE:
        raise BadCadence(say("A cadence goes by days or coarser. Use DAILY, WEEKLY, MONTHLY or YEARLY."))
    if frequency not in FREQUENCIES:
        raise BadCadence(say("A rule needs FREQ: one of DAILY, WEEKLY, MONTHLY or YEARLY."))
    return frequency


def _interval(parts: dict[str, str]) -> int:
    return (_numbers(parts, "INTERVAL", 1, LARGEST_INTERVAL) or (1,))[0]


def _numbers(parts: dict[str, str], name: str, least: int, most: int) -> tuple[int, ...]:
    if name not in parts:
        return ()
    texts = parts[name].split(",")
    numbers = tuple(int(text) for text in texts if _NUMBER.fullmatch(text))
    if len(numbers) != len(texts) or not all(least <= number <= most for number in numbers):
        raise BadCadence(
            say("%(name)s takes whole numbers from %(least)s to %(most)s.", name=name, least=least, most=most)
        )
    if name == "INTERVAL" and len(numbers) > 1:
        raise BadCadence(say("INTERVAL takes one number."))
    return numbers


def _month_days(parts: dict[str, str]) -> tuple[int, ...]:
    days = _numbers(parts, "BYMONTHDAY", -1, 31)
    if 0 in days:
        raise BadCadence(say("BYMONTHDAY takes 1 to 31, or -1 for the last day of the month."))
    return days


def _weekdays(parts: dict[str, str]) -> tuple[tuple[int, int], ...]:
    found = []
    for text in parts["BYDAY"].split(",") if "BYDAY" in parts else ():
        match = _WEEKDAY.fullmatch(text)
        which = int(match[1] or 0) if match and match[1] not in ("+", "-") else 99
        if match is None or which not in (-1, 0, 1, 2, 3, 4, 5):
            raise BadCadence(
                say(
                    "BYDAY takes days such as TU, and with a month 1MO (the first) to 5MO or -1MO (the last)."
                )
            )
        found.append((which, WEEKDAYS.index(match[2])))
    return tuple(found)


def _times(parts: dict[str, str]) -> tuple[int, ...]:
    hours, minutes = _numbers(parts, "BYHOUR", 0, 23), _numbers(parts, "BYMINUTE", 0, 59) or (0,)
    if not hours:
        raise BadCadence(say("Say at what time: add BYHOUR and BYMINUTE, as in BYHOUR=9;BYMINUTE=0."))
    return tuple(hour * 60 + minute for hour, minute in product(hours, minutes))


def _in_order(rule: Rule) -> Rule:
    return replace(
        rule,
        weekdays=tuple(sorted(set(rule.weekdays), key=lambda one: (one[0] % 7, one[1]))),
        month_days=tuple(sorted(set(rule.month_days), key=lambda day: (day < 0, day))),
        months=tuple(sorted(set(rule.months))),
        times=tuple(sorted(set(rule.times))),
    )


def _under_its_own_frequency(rule: Rule) -> Rule:
    """Every Tuesday is weekly, the 1st is monthly, whatever the rule called it."""
    counted = [which != 0 for which, _ in rule.weekdays]
    if any(counted) and not all(counted):
        raise BadCadence(
            say("Give days such as “first Monday” or days such as “Monday”, not both in one rule.")
        )
    if rule.month_days or any(counted):
        return _by_the_month(rule)
    if rule.weekdays:
        return _by_the_week(rule)
    if rule.frequency != "DAILY":
        raise BadCadence(say("Say on which days, as in “weekly on Tue” or “monthly on the 1st”."))
    return rule


def _by_the_month(rule: Rule) -> Rule:
    if rule.frequency == "WEEKLY":
        raise BadCadence(say("A weekly rule takes days of the week, as in “weekly on Tue and Fri at 09:00”."))
    if rule.interval == 1:
        return replace(rule, frequency="MONTHLY")
    if rule.frequency == "DAILY":
        raise BadCadence(
            say("An interval of days cannot be joined with days of the month. Make the rule monthly.")
        )
    return rule


def _by_the_week(rule: Rule) -> Rule:
    if rule.interval == 1 or rule.frequency == "WEEKLY":
        return replace(rule, frequency="WEEKLY")
    raise BadCadence(
        say("Days of the week with an interval need a weekly rule, as in “every 2 weeks on Tue at 09:00”.")
    )


def _refuse_never(rule: Rule) -> None:
    first = rule.start or ORIGIN
    if not any(rule.gives(first + timedelta(days=number)) for number in range(366 * YEARS_UNTIL_NEVER)):
        raise BadCadence(
            say("This rule never gives a slot. Check its days and months: 30 February does not exist.")
        )


def _clocks(times: tuple[int, ...]) -> list[tuple[str, str]]:
    """Pairs of hours and minutes whose every combination is one of the times."""
    hours_by_minute: defaultdict[int, list[int]] = defaultdict(list)
    for time in times:
        hours_by_minute[time % 60].append(time // 60)
    minutes_by_hours: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for minute, hours in sorted(hours_by_minute.items()):
        minutes_by_hours[tuple(hours)].append(minute)
    return [(_listed(hours), _listed(minutes)) for hours, minutes in minutes_by_hours.items()]


def _listed(numbers: tuple[int, ...] | list[int]) -> str:
    return ",".join(map(str, numbers))
