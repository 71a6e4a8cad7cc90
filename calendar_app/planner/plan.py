"""What a plan is made of: lanes (streams), entries (posts with a time) and gaps, all narrow and read-only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# A stream's promise is not kept by what never came or was taken back.
NOT_KEEPING = {"missed", "withdrawn"}
# States in which a post is out of our hands: its current runs solid.
GONE_OUT = {"published", "sending", "retry", "delivered", "failed", "unknown"}
# A draft of which somebody wants changes.
CHANGES = "changes"
MOVABLE = {"draft", CHANGES, "in_review", "approved", "scheduled"}


@dataclass(frozen=True)
class Lane:
    """A stream, as far as a plan needs it. `promises` is false where it publishes only when needed."""

    id: int
    team_id: int
    handle: str
    name: str
    hue: str
    timezone: str
    cadence: tuple[str, ...] = ()
    created_at: datetime | None = None
    archived: bool = False
    exceptions: Sequence[Mapping[str, Any]] = ()
    pauses: Sequence[Mapping[str, Any]] = ()
    quiet_hours: Sequence[Mapping[str, Any]] = ()
    near_minutes: int = 30
    flood_posts: int = 4
    flood_hours: int = 24

    @property
    def promises(self) -> bool:
        return bool(self.cadence) and not self.archived


class Entry(NamedTuple):
    """A post on the plan. `state` is what is shown: the post's own, or what became of its deliveries.

    `at` is the instant it is planned for (UTC); `streams` are ids in order, the first being its home.
    """

    uuid: str
    title: str
    language: str
    version: int
    state: str
    at: datetime
    team_id: int
    streams: tuple[int, ...]
    author_id: int | None = None
    repeats: bool = False

    @property
    def movable(self) -> bool:
        return self.state in MOVABLE


class Untimed(NamedTuple):
    """A post that has no time yet; `lane` is the one whose colour it takes."""

    uuid: str
    title: str
    language: str
    version: int
    state: str
    team_id: int
    lane: Lane


class Gap(NamedTuple):
    """A slot that a stream promised and nobody has filled. `at` is UTC, `wall` the stream's own clock."""

    lane: Lane
    at: datetime
    wall: datetime


class Placed(NamedTuple):
    """An entry where the calendar shows it: the local clock, and the lane whose colour it takes."""

    entry: Entry
    local: datetime
    lane: Lane


class Open(NamedTuple):
    """A gap where the calendar shows it. `past`: too late to fill."""

    gap: Gap
    local: datetime
    past: bool = False


@dataclass(frozen=True)
class Plan:
    """Everything between two days, by local day of one zone. Made by `place`."""

    zone: str
    lanes: Sequence[Lane]
    posts: Mapping[date, Sequence[Placed]] = field(default_factory=dict)
    gaps: Mapping[date, Sequence[Open]] = field(default_factory=dict)


def place(
    entries: Iterable[Entry], gaps: Iterable[Gap], lanes: Sequence[Lane], zone: str, *, now: datetime
) -> Plan:
    """Entries and gaps by local day of `zone`, each day by time; entries in no lane are left out."""
    place_of = ZoneInfo(zone)
    by_id = {lane.id: lane for lane in lanes}
    posts: defaultdict[date, list[Placed]] = defaultdict(list)
    for entry in entries:
        for number in entry.streams:
            if number in by_id:
                local = entry.at.astimezone(place_of)
                posts[local.date()].append(Placed(entry, local, by_id[number]))
                break
    for row in posts.values():
        row.sort(key=lambda one: (one.entry.at, one.entry.title, one.entry.uuid))
    empty: defaultdict[date, list[Open]] = defaultdict(list)
    for gap in sorted(gaps, key=lambda one: (one.at, one.lane.name)):
        local = gap.at.astimezone(place_of)
        empty[local.date()].append(Open(gap, local, gap.at <= now))
    return Plan(zone, lanes, posts, empty)


def monday_of(day: date) -> date:
    """The Monday of the week in which `day` lies (ISO 8601 weeks)."""
    return day - timedelta(days=day.weekday())


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]
