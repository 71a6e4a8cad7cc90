"""What became of a delivery, in the words of people: the same sentence on pages, in mails and in the API."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_app.channels.models import STUCK
from calendar_app.languages import say
from calendar_app.reasons import retell

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from calendar_app.channels.models import Delivery
    from calendar_app.posts.models import Post

# Up to here the pages say “on time”.
ON_TIME = timedelta(seconds=1)


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
    if delivery.state == "delivered":
        reason = f"{reason} {on_the_way(delivery)}".strip()
    return f"{headline} {reason}".strip()


def on_the_way(delivery: Delivery) -> str:
    """Why a delivered one took several attempts, or was late; nothing where all went as planned."""
    if delivery.held_up:
        return say("Tried again because: %(reason)s", reason=retell(delivery.held_up))
    if delivery.sent_at is None or delivery.sent_at - delivery.due_at < ON_TIME:
        return ""
    with_its_post = delivery.action == "publish" and delivery.due_at == delivery.post.due_at
    return (with_its_post and why_late(delivery.post)) or say(
        "It waited for its turn: the account was paused or busy, or Sluice was stopped or without its database."
    )


def why_late(post: Post) -> str:
    """Why a published post was late on our own pages, as far as can be told; nothing where it was not."""
    if not post.due_at or not post.published_at or post.published_at - post.due_at < ON_TIME:
        return ""
    return say("Sluice came to it late: it was stopped, held back or busy, or its database was away.")


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
