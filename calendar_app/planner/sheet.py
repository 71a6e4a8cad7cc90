"""One sheet of the calendar: everything that a page of it shows, loaded and laid out for one asker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from calendar_app.planner import loading
from calendar_app.planner.asides import Asides, asides
from calendar_app.planner.clock_change import ClockChange, clock_change
from calendar_app.planner.hours import Hours, hours, week_days
from calendar_app.planner.listing import Listing, listing
from calendar_app.planner.month import Month, month
from calendar_app.planner.plan import Lane, Placed, Plan, days_from, place
from calendar_app.planner.promises import gaps, promised
from calendar_app.planner.rows import WEEKS, Rows, rows
from calendar_app.planner.tray import Tray, tray
from calendar_app.times import LostZone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.people.roles import Actor
    from calendar_app.planner.asking import Asked

NEEDS_DAYS = 14
MOST_NEEDS = 6


@dataclass(frozen=True)
class Sheet:
    """`lanes` are all streams of the asker, `plan.lanes` the shown ones; `cut`: there was more than fits."""

    asked: Asked
    actor: Actor
    zone: str
    now: datetime
    lanes: Sequence[Lane]
    plan: Plan
    cut: bool

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def shows_today(self) -> bool:
        since, until = self.asked.span
        return since <= self.today < until

    @property
    def before(self) -> date:
        """A day of the sheet before this one: of the month, week or day before, or of the weeks before."""
        if self.asked.view == "streams":
            return self.asked.day - timedelta(weeks=WEEKS)
        return self.asked.span[0] - timedelta(days=1) if self.asked.view != "month" else self.month.previous

    @property
    def after(self) -> date:
        if self.asked.view == "streams":
            return self.asked.day + timedelta(weeks=WEEKS)
        return self.asked.span[1] if self.asked.view != "month" else self.month.next

    @cached_property
    def month(self) -> Month:
        return month(self.plan, self.asked.day, today=self.today)

    @cached_property
    def hours(self) -> Hours:
        """The week of the day asked for, or that day alone."""
        days = week_days(self.asked.day) if self.asked.view == "week" else [self.asked.day]
        return hours(self.plan, days, now=self.now.astimezone(ZoneInfo(self.zone)))

    @cached_property
    def rows(self) -> Rows:
        since, until = (midnight(day, self.zone) for day in self.asked.span)
        place = ZoneInfo(self.zone)
        offered = {
            lane.id: [at.astimezone(place) for at in promised(lane, since, until)] for lane in self.plan.lanes
        }
        return rows(self.plan, self.asked.day, offered)

    @cached_property
    def listing(self) -> Listing:
        since, until = self.asked.span
        days = days_from(since, (until - since).days)
        return listing(self.plan, days, page=self.asked.page, sort=self.asked.sort)

    @cached_property
    def clock_change(self) -> ClockChange | None:
        return clock_change(self.zone, *self.asked.span)

    @cached_property
    def asides(self) -> Asides:
        return asides(self.plan, self.asked.span, now=self.now)

    @cached_property
    def empty(self) -> bool:
        return not any(self.plan.posts.values())

    @cached_property
    def open_by_lane(self) -> dict[int, int]:
        """How many slots of each stream can still be filled within the sheet."""
        counts: dict[int, int] = {}
        for row in self.plan.gaps.values():
            for one in row:
                if not one.past:
                    counts[one.gap.lane.id] = counts.get(one.gap.lane.id, 0) + 1
        return counts

    @cached_property
    def needs(self) -> Sequence[Placed]:
        """Posts that wait for a person, by time; one more than MOST_NEEDS where there are more."""
        since = self.now - timedelta(days=NEEDS_DAYS)
        found = loading.needing_a_person(self.actor, since, limit=MOST_NEEDS + 1)
        plan = place(found, (), self.lanes, self.zone, now=self.now)
        return [placed for day in sorted(plan.posts) for placed in plan.posts[day]]

    @cached_property
    def tray(self) -> Tray:
        """Posts without a time, those of them that fit the filters."""
        shown = [lane.id for lane in self.plan.lanes]
        return tray(
            self.actor,
            self.plan.lanes,
            stream_ids=None if self.asked.streams is None else shown,
            states=self.asked.states,
            person_id=self.asked.person,
            holding=self.asked.q,
            skip=self.asked.skip,
        )

    @property
    def writes(self) -> bool:
        """Whether there is a team here whose posts the asker may change."""
        return any(self.may_write(team_id) for team_id in self.actor.team_ids)

    def may_write(self, team_id: int) -> bool:
        return self.actor.may("write posts", team_id)

    def shows(self, lane: Lane) -> bool:
        return self.asked.streams is None or lane.handle in self.asked.streams


def zone_of(actor: Actor, lanes: Sequence[Lane]) -> str:
    """The person's own zone; who never chose one gets that of the first stream that has one we know."""
    if actor.person.timezone != "UTC":
        return actor.person.timezone
    return next((lane.timezone for lane in lanes if not isinstance(lane.timezone, LostZone)), "UTC")


def sheet(asked: Asked, actor: Actor, lanes: Sequence[Lane], *, now: datetime) -> Sheet:
    """Load and lay out what was asked for; the number of queries does not depend on the number of posts."""
    zone = zone_of(actor, lanes)
    shown = [lane for lane in lanes if asked.streams is None or lane.handle in asked.streams]
    since, until = (midnight(day, zone) for day in asked.span)
    loaded = loading.entries(
        actor,
        since,
        until,
        stream_ids=None if asked.streams is None else [lane.id for lane in shown],
        states=asked.states,
        person_id=asked.person,
        holding=asked.q,
    )
    # Who looks at drafts only must not be told that everything else is missing.
    whole = not asked.states and asked.person is None and not asked.q and not loaded.cut
    found = gaps(shown, loaded.entries, since, until) if whole else []
    plan = place(loaded.entries, found, shown, zone, now=now)
    return Sheet(asked, actor, zone, now, lanes, plan, loaded.cut)


def midnight(day: date, zone: str) -> datetime:
    """The first instant of a local day, in UTC; where the clocks jump over midnight, that after the jump."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
