"""What became of a delivery, in the words of people: the same sentence on pages, in mails and in the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.channels.models import STUCK
from calendar_app.languages import say
from calendar_app.reasons import retell

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from calendar_app.channels.models import Delivery


def outcome(delivery: Delivery, when: Callable[[datetime], str], *, now: datetime) -> str:
    """`Waiting to try again at Thu 15 Oct, 12:00. The receiver is busy (503).`

    `when` writes an instant for whoever reads it.
    """
    headline = _headline(delivery, when, now)
    reason = retell(delivery.reason)
    if delivery.state == "pending" and delivery.account.state != "ok":
        reason = retell(delivery.account.state_reason)
    if delivery.state == "failed" and reason:
        return say("Failed because: %(reason)s", reason=reason)
    if delivery.state == "missed" and reason:
        return say("Missed because: %(reason)s", reason=reason)
    return f"{headline} {reason}".strip()


def needs_person(delivery: Delivery) -> bool:
    """Whether it stands still until somebody decides."""
    return delivery.state in STUCK


def _headline(delivery: Delivery, when: Callable[[datetime], str], now: datetime) -> str:
    state = delivery.state
    if state == "retry":
        if delivery.next_at <= now:
            return say("Trying again now.")
        return say("Waiting to try again at %(when)s.", when=when(delivery.next_at))
    if state == "pending":
        if delivery.account.state != "ok":
            return say("Waits: the account is out of order.")
        return say("Waiting for its time: %(when)s.", when=when(delivery.next_at))
    if state == "unknown":
        return say("May have gone out: please look.")
    if state == "delivered":
        return say("Delivered.")
    if state == "failed":
        return say("Failed.")
    if state == "missed":
        return say("Missed.")
    return say("Being sent.") if state == "sending" else say("Cancelled.")
