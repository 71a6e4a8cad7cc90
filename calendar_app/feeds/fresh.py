"""Does the reader's program have these bytes already? (RFC 9110, 13.1: If-None-Match decides alone where given.)"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def is_fresh(etag: str, changed: datetime | None, none_match: str | None, since: str | None) -> bool:
    """True for a 304. `etag` is ours, quoted and strong; a weakened copy of it counts as the same.

    Without `changed` only the ETag can say so.
    """
    if none_match:
        offered = {part.strip().removeprefix("W/") for part in none_match.split(",")}
        return etag in offered or "*" in offered
    return changed is not None and since is not None and _not_since(changed, since)


def _not_since(changed: datetime, since: str) -> bool:
    try:
        known = parsedate_to_datetime(since)
    except (ValueError, OverflowError):
        return False
    return changed.replace(microsecond=0) <= (known if known.tzinfo else known.replace(tzinfo=UTC))
