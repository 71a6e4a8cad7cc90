"""On which days a series comes: a rule, its beginning and end, days left out and days added. Pure.

Every day is counted from the first day of the series, never from the day before it: a 31st stays a 31st. The time is
one of the wall clock; where the clocks jump over it, it moves forward by the jump, and where they show it twice, it is
the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from calendar_app.languages import grouped, say
from calendar_app.streams.rules import WEEKDAYS, BadCadence, Rule, read_rrule, write_rrules
from calendar_app.times import LATEST_YEAR, known_zone, to_wall

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_COUNT = 1000
LONGEST_YEARS = 5
LONGEST_RULE = 500
# Days that may be looked through at once: the longest series, and a year of looking ahead.
MOST_DAYS = 366 * (LONGEST_YEARS + 75)
SHORT_MONTHS = ("skip", "last")
_PLACED_ELSEWHERE = ("BYHOUR", "BYMINUTE", "BYSECOND", "DTSTART")
_UNTIL = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?")


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`rule.start` is the first day and `rule.times` the one time of day. Without `count` and `until` it is open.

    `short_months`: a 31st where a month has none is left out ("skip"), or comes on the month's last day ("last").
    """

    rule: Rule
    zone: str
    count: int | None = None
    until: date | None = None
    short_months: str = "skip"
    skipped: frozenset[date] = frozenset()
    extra: frozenset[date] = frozenset()

    @property
    def first(self) -> date:
        assert self.rule.start is not None  # noqa: S101  (every series has a first day)
        return self.rule.start

    def days(self, since: date, last: date) -> list[date]:
        """The days of the series from `since` to `last`, both included, in order."""
        ruled = {day for day in self._ruled(last) if day >= since and day not in self.skipped}
        added = {day for day in self.extra if since <= day <= last}
        return sorted(ruled | added)

    def next_days(self, since: date, number: int) -> list[date]:
        """The first so many days from `since` on, looking as far ahead as a leap day may lie."""
        found: list[date] = []
        for years in (1, 5, 41):
            found = self.days(since, _in_planned_years(since, timedelta(days=366 * years)))[:number]
            if len(found) == number:
                break
        return found

    def before(self, day: date) -> int:
        """How many days the rule gave before this one: what a `count` has used up."""
        return sum(1 for _ in self._ruled(day - timedelta(days=1)))

    @property
    def clock(self) -> timedelta:
        """Its time of day, since midnight on the clock."""
        return timedelta(minutes=self.rule.times[0])

    def instant(self, day: date) -> datetime:
        """When the post of this day goes out, in UTC."""
        wall = datetime(day.year, day.month, day.day) + self.clock  # noqa: DTZ001
        return wall.replace(tzinfo=known_zone(self.zone), fold=0).astimezone(UTC)

    def apart(self, day: date, instant: datetime | None) -> timedelta:
        """How much later on the clocks the instant is than the time of this day; not at all where there is none."""
        return to_wall(instant, self.zone) - self.wall(day) if instant else timedelta()

    def wall(self, day: date) -> datetime:
        """What the clocks show then: the series' own time, or that behind a gap of the clocks."""
        return to_wall(self.instant(day), self.zone)

    def _ruled(self, last: date) -> Iterator[date]:
        """The days that the rule alone gives up to `last`, the end of the series and its count observed."""
        end = min(last, self.until) if self.until else last
        end = min(end, _in_planned_years(self.first, timedelta(days=MOST_DAYS)))
        given = 0
        for number in range((end - self.first).days + 1):
            day = self.first + timedelta(days=number)
            if self._gives(day):
                given += 1
                if self.count is not None and given > self.count:
                    return
                yield day

    def _gives(self, day: date) -> bool:
        rule = self.rule
        if self.short_months == "last" and rule.month_days:
            ends = (day + timedelta(days=1)).day == 1
            asked = any(
                one == day.day or one == -1 and ends or one > day.day and ends for one in rule.month_days
            )
            return asked and replace(rule, month_days=(day.day,)).gives(day)
        return rule.gives(day)


def read_rule(text: str, first: date, minute: int, zone: str) -> Recurrence:
    """From an RRULE (RFC 5545) without times: what it leaves out comes from the first day. Raises BadCadence.

    COUNT is at most 1,000, UNTIL at most five years away; a rule goes by days or coarser.
    """
    text = text.strip().upper().removeprefix("RRULE:")
    if len(text) > LONGEST_RULE:
        raise BadCadence(say("Write the rule in at most %(most)s characters.", most=LONGEST_RULE))
    parts = dict(part.partition("=")[::2] for part in text.split(";") if part)
    for name in _PLACED_ELSEWHERE:
        if name in parts:
            raise BadCadence(
                say("Leave %(name)s out: the first day and the time are given beside the rule.", name=name)
            )
    if "COUNT" in parts and "UNTIL" in parts:
        raise BadCadence(say("Give COUNT or UNTIL, not both."))
    count = _count(parts.pop("COUNT", ""))
    until = _until(parts.pop("UNTIL", ""), zone)
    for name, value in _left_out(parts, first).items():
        parts.setdefault(name, value)
    told = ";".join(f"{name}={value}" for name, value in parts.items())
    rule = read_rrule(f"{told};BYHOUR={minute // 60};BYMINUTE={minute % 60};DTSTART={first:%Y%m%d}")
    return ended(Recurrence(rule, zone), count, until)


def ended(recurrence: Recurrence, count: int | None, until: date | None) -> Recurrence:
    """With this end, if it is one that a series may have. Raises BadCadence."""
    if count is not None and not 1 <= count <= MOST_COUNT:
        raise BadCadence(say("A series has 1 to %(most)s posts.", most=grouped(MOST_COUNT)))
    if until is not None and until < recurrence.first:
        raise BadCadence(say("The series ends before it begins. Choose a later last day."))
    if until is not None and (until - recurrence.first).days > 366 * LONGEST_YEARS:
        raise BadCadence(
            say(
                "A series ends within %(years)s years, or stays open. Choose an earlier last day.",
                years=LONGEST_YEARS,
            )
        )
    return replace(recurrence, count=count, until=until)


def write_rule(recurrence: Recurrence) -> str:
    """The RRULE without times, which `read_rule` reads as the same: `FREQ=WEEKLY;BYDAY=TU;COUNT=10`."""
    (whole,) = write_rrules(recurrence.rule)
    parts = [
        part
        for part in whole.removeprefix("RRULE:").split(";")
        if part.partition("=")[0] not in _PLACED_ELSEWHERE
    ]
    if recurrence.count is not None:
        parts.append(f"COUNT={recurrence.count}")
    if recurrence.until is not None:
        parts.append(f"UNTIL={recurrence.until:%Y%m%d}")
    return ";".join(parts)


def _left_out(parts: dict[str, str], first: date) -> dict[str, str]:
    """What RFC 5545 takes from DTSTART."""
    if "BYDAY" in parts or "BYMONTHDAY" in parts:
        return {}
    return {
        "WEEKLY": {"BYDAY": WEEKDAYS[first.weekday()]},
        "MONTHLY": {"BYMONTHDAY": str(first.day)},
        "YEARLY": {"BYMONTHDAY": str(first.day), "BYMONTH": str(first.month)},
    }.get(parts.get("FREQ", ""), {})


def _count(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise BadCadence(say("COUNT is a whole number, such as 10."))
    return int(text)


def _until(text: str, zone: str) -> date | None:
    """The last day; an instant counts by the clocks of the zone."""
    if not text:
        return None
    match = _UNTIL.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        if match[7]:
            return to_wall(datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC), zone).date()
        return date(int(match[1]), int(match[2]), int(match[3]))
    except (ValueError, OverflowError):
        raise BadCadence(say("UNTIL is a day, such as 20271231.")) from None


def _in_planned_years(day: date, length: timedelta) -> date:
    latest = date(LATEST_YEAR, 12, 30)
    return min(day + length, latest) if day <= latest else latest
