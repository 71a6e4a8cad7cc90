"""Time zones in the words of people: the city in their language, and the distance from UTC on that day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask_babel import force_locale

from calendar_app.zone_words import zone_name

WINTER, SUMMER = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def database():
    return "sqlite"


@pytest.mark.parametrize(
    ("zone", "at", "language", "name"),
    [
        ("Europe/Oslo", WINTER, "en", "Oslo (UTC+01:00)"),
        ("Europe/Oslo", SUMMER, "sv", "Oslo (UTC+02:00)"),
        ("Europe/Copenhagen", WINTER, "en", "Copenhagen (UTC+01:00)"),
        ("Europe/Copenhagen", WINTER, "nb", "København (UTC+01:00)"),
        ("Europe/Copenhagen", WINTER, "sv", "Köpenhamn (UTC+01:00)"),
        ("Asia/Kolkata", WINTER, "nb", "Kolkata (UTC+05:30)"),
        ("America/St_Johns", WINTER, "en", "St. John’s (UTC-03:30)"),
        ("America/Argentina/Buenos_Aires", WINTER, "en", "Buenos Aires (UTC-03:00)"),
        ("Europe/London", WINTER, "en", "London (UTC+00:00)"),
        ("UTC", WINTER, "nb", "UTC"),
        ("Mars/Olympus", WINTER, "en", "Mars/Olympus"),
    ],
)
def test_a_zone_is_its_city_and_its_distance_from_utc(app, zone, at, language, name):
    with app.test_request_context(), force_locale(language):
        assert zone_name(zone, at) == name
