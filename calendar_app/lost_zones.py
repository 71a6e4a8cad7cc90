"""Time zones that the database names and nobody knows: written by a hand, or known to another machine's tables only.

One such row must not keep a team from its calendar. It is read as UTC, says what stands there, and promises nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from calendar_app.times import is_zone

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

LENGTH = 64


class LostZone(str):
    """UTC, in the place of a zone that is not known; `written` is what stands there."""

    __slots__ = ("written",)
    written: str

    def __new__(cls, written: str) -> LostZone:
        made = super().__new__(cls, "UTC")
        made.written = written
        return made


class ZoneName(TypeDecorator[str]):
    """A column of IANA names; a name that is not known comes back as a LostZone. Whoever writes has checked it."""

    impl = sa.String(LENGTH)
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
