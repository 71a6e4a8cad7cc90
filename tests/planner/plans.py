"""Lanes, entries and plans to begin a test with, without any database."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from calendar_app.planner.plan import Entry, Lane, place
from calendar_app.planner.promises import gaps

_numbers = itertools.count(1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def make_lane(name="Roads", *, cadence=(), zone="Europe/Oslo", created_at=LONG_AGO, **values):
    number = next(_numbers)
    return Lane(number, 1, f"stream-{number}", name, "amber", zone, tuple(cadence), created_at, **values)


def make_entry(at, *lanes, title="Bridge closed", state="scheduled"):
    number = next(_numbers)
    return Entry(f"uuid-{number}", title, "en", 1, state, utc(at), 1, tuple(lane.id for lane in lanes), None)


def make_plan(lanes, entries=(), *, zone="Europe/Oslo", since=None, until=None, now="2026-12-01T00:00"):
    found = gaps(lanes, list(entries), utc(since), utc(until)) if since else []
    return place(entries, found, lanes, zone, now=utc(now))
