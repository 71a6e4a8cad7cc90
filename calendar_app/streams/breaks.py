"""What turns a promise aside: days with other times or none, pauses, quiet hours. Pure.

Kept as JSON on the stream: exceptions `{first, last, times: ["10:00"], note}`, pauses `{first, last ("" while its end
is open), note, told}`, quiet hours `{since: "22:00", until: "07:00"}`. Days are those of the stream's own clocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol


class Broken(Protocol):
    """What has a promise and its breaks: a stream, or the lane of a plan."""

    @property
    def cadence(self) -> Sequence[str]: ...
    @property
    def exceptions(self) -> Sequence[Mapping[str, Any]]: ...
    @property
    def pauses(self) -> Sequence[Mapping[str, Any]]: ...
    @property
    def quiet_hours(self) -> Sequence[Mapping[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Exceptional:
    """Days, both ends included, on which these times (minutes after midnight) are offered and no others."""

    first: date
    last: date
    times: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Days without any slot; `last` is None while nobody knows its end. `told`: followers read of it."""

    first: date
    last: date | None = None
    note: str = ""
    told: bool = False

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `since` up to but without `until`, in minutes after midnight; over midnight where `until` is earlier."""

    since: int
    until: int

    def covers(self, minute: int) -> bool:
        if self.since < self.until:
            return self.since <= minute < self.until
        return minute >= self.since or minute < self.until


@dataclass(frozen=True, slots=True)
class Breaks:
    """All that turns one promise aside. Later exceptions for a day outweigh earlier ones."""

    exceptions: tuple[Exceptional, ...] = ()
    pauses: tuple[Pause, ...] = ()
    quiet: tuple[Quiet, ...] = ()

    def times(self, day: date, usual: Iterable[int]) -> list[int]:
        """The times of day that are left of the `usual` ones on a local day, or come in their place."""
        if self.pause_on(day):
            return []
        special = next((one for one in reversed(self.exceptions) if one.first <= day <= one.last), None)
        found = usual if special is None else special.times
        return [time for time in found if not self.is_quiet(time)]

    def pause_on(self, day: date) -> Pause | None:
        return next((one for one in self.pauses if one.covers(day)), None)

    def is_quiet(self, minute: int) -> bool:
        return any(one.covers(minute) for one in self.quiet)

    def quiet_at(self, wall: datetime) -> Quiet | None:
        """The quiet hours in which a wall clock time lies."""
        minute = wall.hour * 60 + wall.minute
        return next((one for one in self.quiet if one.covers(minute)), None)

    def pauses_within(self, first: date, last: date) -> list[Pause]:
        """Pauses that touch the days from `first` to `last`, both included, by their beginning."""
        touching = (
            one for one in self.pauses if one.first <= last and (one.last is None or one.last >= first)
        )
        return sorted(touching, key=lambda one: one.first)


def breaks_of(thing: Broken) -> Breaks:
    """The breaks as kept."""
    return Breaks(
        tuple(
            Exceptional(
                date.fromisoformat(one["first"]), date.fromisoformat(one["last"]),
                tuple(minutes(time) for time in one["times"]), one["note"],
            )
            for one in thing.exceptions or ()
        ),
        tuple(
            Pause(
                date.fromisoformat(one["first"]), date.fromisoformat(one["last"]) if one["last"] else None,
                one["note"], bool(one["told"]),
            )
            for one in thing.pauses or ()
        ),
        tuple(Quiet(minutes(one["since"]), minutes(one["until"])) for one in thing.quiet_hours or ()),
    )  # fmt: skip


def minutes(clock: str) -> int:
    """Minutes after midnight from `09:30`."""
    hours, _, rest = clock.partition(":")
    return int(hours) * 60 + int(rest)


def clock(minute: int) -> str:
    """`09:30` from minutes after midnight."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
