"""A time zone as people call it: its city in the language of the page, and how far its clocks are from UTC."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location

from calendar_app.languages import spoken
from calendar_app.times import is_zone, utcnow

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask


def register(app: Flask) -> None:
    app.jinja_env.globals.update(zone_name=zone_name)


def zone_name(zone: str, at: datetime | None = None) -> str:
    """`Oslo (UTC+01:00)`, as its clocks are at that instant, else now; what is no zone stays as it is."""
    if not is_zone(zone):
        return zone
    offset = (at or utcnow()).astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    city = _city(zone, spoken())
    if not minutes and city == "UTC":
        return city
    hours, rest = divmod(abs(minutes), 60)
    return f"{city} (UTC{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d})"


@lru_cache(maxsize=2000)
def _city(zone: str, language: str) -> str:
    """`Copenhagen`, `København`; of several parts of the name, the last."""
    return get_timezone_location(ZoneInfo(zone), locale=language, return_city=True).rpartition("/")[2]
