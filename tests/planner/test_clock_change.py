"""People who plan across a change of clocks are told."""

from datetime import date

import pytest

from calendar_app.planner.clock_change import ClockChange, clock_change, offset_name
from tests.planner.plans import utc


@pytest.mark.parametrize(
    ("zone", "since", "until", "found"),
    [
        ("Europe/Oslo", date(2026, 10, 19), date(2026, 10, 26), ClockChange(date(2026, 10, 25), -60)),
        ("Europe/Oslo", date(2026, 3, 23), date(2026, 3, 30), ClockChange(date(2026, 3, 29), 60)),
        ("Europe/Oslo", date(2026, 10, 26), date(2026, 11, 2), None),
        ("Australia/Lord_Howe", date(2026, 4, 1), date(2026, 4, 30), ClockChange(date(2026, 4, 5), -30)),
        ("UTC", date(2026, 1, 1), date(2026, 12, 31), None),
    ],
)
def test_the_first_change_within_the_days_shown_is_found(zone, since, until, found):
    assert clock_change(zone, since, until) == found


@pytest.mark.parametrize(
    ("zone", "at", "name"),
    [
        ("Europe/Oslo", "2026-12-01T12:00", "UTC+1"),
        ("Europe/Oslo", "2026-07-01T12:00", "UTC+2"),
        ("America/St_Johns", "2026-12-01T12:00", "UTC-3:30"),
        ("Asia/Kathmandu", "2026-12-01T12:00", "UTC+5:45"),
        ("UTC", "2026-12-01T12:00", "UTC"),
    ],
)
def test_an_offset_is_written_as_people_write_it(zone, at, name):
    assert offset_name(zone, utc(at)) == name
