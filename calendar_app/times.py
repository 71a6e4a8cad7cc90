"""UTC inside, zones at the edge: the one place that turns wall clocks into instants and back."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from email.utils import format_datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import DateTime, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from calendar_app.languages import in_words, say
from calendar_app.unreadable import PATIENT

EARLIEST_YEAR, LATEST_YEAR = 1970, 2199
_NOT_PLACES = {"Factory", "localtime"}
_WALL = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?"
)


class TimeProblem(ValueError):
    """A time or zone that cannot be used; `sentence` tells a person why and what to write instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class UnknownZone(TimeProblem):
    """A name that the time zone database does not hold."""


class BadTime(TimeProblem):
    """Text that is no wall clock time, or one outside the years we plan in."""


class TimeInGap(TimeProblem):
    """A wall time that the clocks jump over; `before` and `after` are wall times that exist."""

    def __init__(self, sentence: str, *, before: datetime, after: datetime) -> None:
        super().__init__(sentence)
        self.before, self.after = before, after


class TimeInFold(TimeProblem):
    """A wall time that occurs twice; `first` and `second` are the two instants in UTC."""

    def __init__(self, sentence: str, *, first: datetime, second: datetime) -> None:
        super().__init__(sentence)
        self.first, self.second = first, second


class UTCDateTime(TypeDecorator[datetime]):
    """A column of instants: takes aware datetimes, keeps UTC, gives back aware UTC.

    SQLite keeps text of one width (`YYYY-MM-DD HH:MM:SS.ffffff`), so that comparing text compares
    times; PostgreSQL keeps timestamptz. A naive value raises ValueError.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(PATIENT if dialect.name == "sqlite" else self.impl_instance)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant = _aware(value)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class LostZone(str):
    """UTC, in the place of a zone that is not known; `written` is what the database holds.

    A hand wrote it, or a machine whose tables knew more. One such row must not keep a team from its calendar: it is
    read as UTC, says what stands there, and promises nothing.
    """

    __slots__ = ("written",)
    written: str

    def __new__(cls, written: str) -> "LostZone":
        made = super().__new__(cls, "UTC")
        made.written = written
        return made


class ZoneName(TypeDecorator[str]):
    """A column of IANA names; one that is not known comes back as a LostZone. Whoever writes has checked it."""

    impl = String(64)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return value if value is None or is_zone(value) else LostZone(value)

    def compare_values(self, x: Any, y: Any) -> bool:
        """UTC that somebody has chosen is another value than UTC for want of a better one."""
        return bool(x == y) and isinstance(x, LostZone) == isinstance(y, LostZone)


def as_written(zone: str) -> str:
    """What the database holds, to be shown in a form and mended there."""
    return zone.written if isinstance(zone, LostZone) else zone


def utcnow() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def is_zone(name: str) -> bool:
    """Whether it is an IANA name that we know. Says nothing, so it may be asked before anybody's language is known."""
    return name in _zone_names()


def known_zone(name: str) -> ZoneInfo:
    """The zone of an IANA name such as Europe/Oslo. Raises UnknownZone."""
    if is_zone(name):
        return ZoneInfo(name)
    raise UnknownZone(
        say(
            "“%(name)s” is not a time zone we know. Write one such as %(closest)s.",
            name=_clip(name), closest=_closest_zone(name),
        )
    )  # fmt: skip


def zone_meant(text: str) -> str:
    """The name of the zone that somebody means by `oslo` or `europe/oslo`; any other text as it is, blanks cut off."""
    name = text.strip()
    return name if is_zone(name) else _zones_by_word().get(name.replace(" ", "_").casefold(), name)


def parse_wall(text: str) -> datetime:
    """A naive wall clock time from `2026-12-01T09:00`, with or without seconds, `T` or a blank.

    Raises BadTime for anything else, an offset or `Z` included: the zone is told beside it.
    """
    match = _WALL.fullmatch(text.strip())
    if match is None:
        raise BadTime(
            say(
                "“%(text)s” is not a date and time. Write it as 2026-12-01T09:00, without an offset.",
                text=_clip(text),
            )
        )
    *whole, fraction = match.groups(default="0")
    try:
        wall = datetime(*map(int, whole), microsecond=int(fraction.ljust(6, "0")))  # type: ignore[arg-type,misc]  # noqa: DTZ001
    except ValueError:
        raise BadTime(
            say("“%(text)s” does not exist in the calendar. Check the day and the time.", text=_clip(text))
        ) from None
    return _in_planned_years(wall)


def to_utc(wall: datetime, zone: str, *, fold: int | None = None) -> datetime:
    """The instant, in UTC, at which the clocks of `zone` show the naive time `wall`.

    A time that occurs twice needs `fold`: 0 for the first, 1 for the second.
    Raises UnknownZone, BadTime, TimeInGap, and TimeInFold when `fold` is None.
    """
    if wall.tzinfo is not None:
        raise ValueError("to_utc takes a wall time without a zone: pass wall.replace(tzinfo=None).")
    place = known_zone(zone)
    first, second = _both_readings(_in_planned_years(wall), place)
    if first > second:
        raise _gap(wall, place)
    if first < second and fold is None:
        raise _fold(wall, zone, first, second)
    return second if fold else first


def to_wall(instant: datetime, zone: str) -> datetime:
    """What the clocks of `zone` show at an instant, naive. Raises UnknownZone."""
    return _local(instant, zone).replace(tzinfo=None, fold=0)


def wall_fold(instant: datetime, zone: str) -> int:
    """1 when an instant is the second of the two that show the same wall time, else 0."""
    return _local(instant, zone).fold


def rfc3339(instant: datetime) -> str:
    """`2026-12-01T08:00:00Z`; milliseconds (cut, not rounded) only where the second is not whole."""
    precision = "milliseconds" if instant.microsecond else "seconds"
    return _aware(instant).replace(tzinfo=None).isoformat(timespec=precision) + "Z"


def http_date(instant: datetime) -> str:
    """`Tue, 01 Dec 2026 08:00:00 GMT`, as RFC 9110 section 5.6.7 wants it in headers."""
    return format_datetime(_aware(instant), usegmt=True)


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(
            f"{value.isoformat()} has no time zone. Use utcnow(), or to_utc(wall, zone) for a wall clock."
        )
    return value.astimezone(UTC)


def _local(instant: datetime, zone: str) -> datetime:
    return _aware(instant).astimezone(known_zone(zone))


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones() - _NOT_PLACES)


def _closest_zone(name: str) -> str:
    spellings = _zone_spellings()
    close = get_close_matches(name[:64].strip().replace(" ", "_").casefold(), spellings, n=1, cutoff=0.7)
    return spellings[close[0]] if close else "Europe/London"


@cache
def _zones_by_word() -> Mapping[str, str]:
    """As `_zone_spellings`, without a city that is in several zones."""
    places = Counter(name.rpartition("/")[2].casefold() for name in _zone_names())
    return {word: name for word, name in _zone_spellings().items() if places[word] < 2}


@cache
def _zone_spellings() -> Mapping[str, str]:
    """Whole names and bare cities, in small letters, each with the name it stands for."""
    names = sorted(_zone_names())
    cities = {name.rpartition("/")[2].casefold(): name for name in names if not name.startswith("Etc/")}
    return cities | {name.casefold(): name for name in names}


def _clip(text: str) -> str:
    shown = "".join(character for character in text if character.isprintable())
    return shown if len(shown) <= 40 else shown[:39] + "…"


def _in_planned_years(wall: datetime) -> datetime:
    if not EARLIEST_YEAR <= wall.year <= LATEST_YEAR:
        raise BadTime(
            say(
                "The year %(year)s is out of reach. Choose one from %(first)s to %(last)s.",
                year=wall.year, first=EARLIEST_YEAR, last=LATEST_YEAR,
            )
        )  # fmt: skip
    return wall


def _both_readings(wall: datetime, place: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants by the offset before and after a change: equal on a plain day, crossed in a gap."""
    first, second = (wall.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first, second


def _gap(wall: datetime, place: ZoneInfo) -> TimeInGap:
    later, earlier = _both_readings(wall, place)
    width = later - earlier
    leap = _first_instant_after_change(earlier, later, place)
    resumes = leap.astimezone(place).replace(tzinfo=None)
    before, after = wall - width, wall + width
    day = wall.date()
    sentence = say(
        "On %(day)s the clocks in %(zone)s go from %(leap)s to %(resumed)s, so %(time)s does not exist. "
        "Choose %(before)s or %(after)s.",
        day=in_words(day), zone=place.key, leap=_clock(resumes - width, day), resumed=_clock(resumes, day),
        time=_clock(wall, day), before=_clock(before, day), after=_clock(after, day),
    )  # fmt: skip
    return TimeInGap(sentence, before=before, after=after)


def _first_instant_after_change(earlier: datetime, later: datetime, place: ZoneInfo) -> datetime:
    new_offset = later.astimezone(place).utcoffset()
    seconds_before, seconds_after = 0, int((later - earlier).total_seconds())
    while seconds_after - seconds_before > 1:
        middle = (seconds_before + seconds_after) // 2
        if (earlier + timedelta(seconds=middle)).astimezone(place).utcoffset() == new_offset:
            seconds_after = middle
        else:
            seconds_before = middle
    return earlier + timedelta(seconds=seconds_after)


def _fold(wall: datetime, zone: str, first: datetime, second: datetime) -> TimeInFold:
    day = wall.date()
    sentence = say(
        "On %(day)s the clocks in %(zone)s go back, so %(time)s occurs twice. "
        "Choose the first (%(first)s) or the second (%(second)s).",
        day=in_words(day), zone=zone, time=_clock(wall, day),
        first=_offset(wall, first), second=_offset(wall, second),
    )  # fmt: skip
    return TimeInFold(sentence, first=first, second=second)


def _offset(wall: datetime, instant: datetime) -> str:
    east = wall - instant.replace(tzinfo=None)
    hours, minutes = divmod(round(abs(east).total_seconds() / 60), 60)
    return f"UTC{'-' if east < timedelta() else '+'}{hours:02d}:{minutes:02d}"


def _clock(moment: datetime, day: date) -> str:
    """The time of day, with its date where that is not the `day` the sentence speaks of."""
    clock = f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"
    if moment.date() == day:
        return clock
    return say("%(time)s on %(day)s", time=clock, day=in_words(moment.date()))
