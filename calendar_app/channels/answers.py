"""One call to a channel's server, and how its answer is read: shared by all channels that speak HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from calendar_app import outbound
from calendar_app.channels.adapter import Call, Gone, NotSent, Parcel, Trouble, Unclear

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_app.outbound import Answer

LONGEST_WAIT = timedelta(days=1)


def ask(
    call: Call, parcel: Parcel, method: str, address: str, headers: Mapping[str, str], body: bytes,
    *, max_bytes: int = 65536,
) -> Answer:  # fmt: skip
    """Send one request within the parcel's deadline. Raises NotSent or Unclear, never the client's own errors."""
    try:
        return call.outbound.send(
            method, address, headers=dict(headers), content=body, deadline=parcel.deadline,
            before_first_byte=call.before_first_byte, max_bytes=max_bytes,
        )  # fmt: skip
    except (outbound.BadAddress, outbound.NotSent) as error:
        raise NotSent(str(error)) from error
    except outbound.Ambiguous as error:
        raise Unclear(str(error)) from error


def usual_trouble(
    status: int, headers: Mapping[str, str], call: Call, *, after: datetime | None = None
) -> Trouble | None:
    """What a status means whoever answers: gone, moved, busy, stumbled. None where the channel has to say.

    `after`: when the body asks to come again, for a busy place whose headers say nothing.
    """
    if status == 410:
        return Gone("The receiver answered 410 Gone: it does not want to be called again.")
    if 300 <= status < 400:
        return NotSent(f"The address answered with a redirect ({status}). Enter the address it leads to.")
    if status in {429, 503}:
        return NotSent(f"The receiver is busy ({status}).", after=not_before(headers, call.now()) or after)
    if status >= 500:
        named = not_before(headers, call.now())
        return Unclear(f"The receiver answered {status}: it may or may not have taken the post.", after=named)
    return None


def not_before(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the server says to come again: Retry-After (seconds, date) or X-RateLimit-Reset (epoch, seconds, ISO)."""
    for name in ("retry-after", "x-ratelimit-reset", "ratelimit-reset"):
        found = _instant(headers.get(name, "").strip(), now)
        if found:
            return min(max(found, now), now + LONGEST_WAIT)
    return None


def _instant(text: str, now: datetime) -> datetime | None:
    try:
        if text.replace(".", "", 1).isdecimal():
            number = float(text)
            # Anything beyond three years of seconds can only be a Unix time.
            return datetime.fromtimestamp(number, UTC) if number > 1e8 else now + timedelta(seconds=number)
        iso = "T" in text and "," not in text
        found = datetime.fromisoformat(text) if iso else parsedate_to_datetime(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
