"""Does the reader's program have these bytes already? (RFC 9110, 13.1: If-None-Match decides alone where given.)"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def is_fresh(etag: str, changed: datetime, none_match: str | None, since: str | None) -> bool:
    """True for a 304. `etag` is ours, quoted and strong; a weakened copy of it counts as the same."""
    if none_match:
        offered = {part.strip().removeprefix("W/") for part in none_match.split(",")}
        return etag in offered or "*" in offered
    if since:
        try:
            known = parsedate_to_datetime(since)
        except ValueError:
            return False
        known = known if known.tzinfo else known.replace(tzinfo=UTC)
        return changed.replace(microsecond=0) <= known
    return False
