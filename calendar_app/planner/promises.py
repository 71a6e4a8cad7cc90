"""What streams promised and nothing fills: slots without a post. Pure."""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from calendar_app.planner.plan import NOT_KEEPING, Gap
from calendar_app.streams.cadence import BadCadence, Cadence, slots

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from calendar_app.planner.plan import Entry, Lane

log = logging.getLogger(__name__)


def promised(lane: Lane, since: datetime, until: datetime) -> list[datetime]:
    """The lane's slots (UTC) in [since, until), none from before the stream began."""
    if not lane.promises:
        return []
    begin = max(since, lane.created_at) if lane.created_at else since
    if begin >= until:
        return []
    try:
        return slots(Cadence.of(lane), lane.timezone, begin, until)
    except BadCadence as error:
        log.error("stream %s has a cadence that cannot be read: %s", lane.handle, error)
        return []


def unfilled(offered: Iterable[datetime], taken: Iterable[datetime], zone: str) -> list[datetime]:
    """The offered slots that no post fills; a post fills the nearest one of its own local day in `zone`."""
    place = ZoneInfo(zone)
    open_on: defaultdict[date, list[datetime]] = defaultdict(list)
    for slot in offered:
        open_on[slot.astimezone(place).date()].append(slot)
    if not open_on:
        return []
    for at in sorted(taken):
        free = open_on.get(at.astimezone(place).date())
        if free:
            free.remove(min(free, key=lambda slot: abs(slot - at)))
    return sorted(slot for free in open_on.values() for slot in free)


def gaps(lanes: Sequence[Lane], entries: Sequence[Entry], since: datetime, until: datetime) -> list[Gap]:
    """All unfilled slots of the lanes in [since, until)."""
    taken = _instants_by_stream(entries)
    found = []
    for lane in lanes:
        place = ZoneInfo(lane.timezone)
        for at in unfilled(promised(lane, since, until), taken.get(lane.id, ()), lane.timezone):
            found.append(Gap(lane, at, at.astimezone(place).replace(tzinfo=None)))
    return found


def _instants_by_stream(entries: Sequence[Entry]) -> dict[int, list[datetime]]:
    taken: defaultdict[int, list[datetime]] = defaultdict(list)
    for entry in entries:
        if entry.state not in NOT_KEEPING:
            for number in entry.streams:
                taken[number].append(entry.at)
    return taken
