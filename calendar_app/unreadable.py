"""What SQLite keeps although it is no time and no JSON: PostgreSQL looks at what it is given, a file does not.

A row that a hand or a bad disk has spoilt must not keep all others from being read, so each value is handed on as far
as it goes, and whoever uses it complains of that row alone.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Dialect

# Before everything that was ever planned: due means missed, planned means past.
NO_TIME = datetime(1970, 1, 1)  # noqa: DTZ001

log = logging.getLogger(__name__)


def read_json(text: str) -> Any:
    """The value; the text itself where it is none."""
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError):
        log.error("the database holds JSON that cannot be read: %.100r", text)
        return text


class PatientDateTime(sqlite.DATETIME):
    """Gives NO_TIME for what is no time."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        read: Any = super().result_processor(dialect, coltype)

        def patiently(value: Any) -> datetime | None:
            try:
                return read(value)  # type: ignore[no-any-return]
            except (ValueError, TypeError):
                log.error("the database holds a time that cannot be read: %.100r", value)
                return NO_TIME

        return patiently


PATIENT = PatientDateTime()  # type: ignore[no-untyped-call]
