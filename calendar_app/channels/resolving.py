"""A person has looked and decides what became of a delivery that Sluice cannot settle alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.channels.registry import adapter_for
from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import db
from calendar_app.languages import say
from calendar_app.people.audit import record
from calendar_app.posts.locking import lock
from calendar_app.posts.state_words import in_a_sentence

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_app.channels.models import Delivery
    from calendar_app.people.roles import Actor

OUTCOMES = ("sent", "send again")
RESOLVABLE = {"unknown", "failed", "missed"}


def resolve(delivery: Delivery, outcome: str, *, actor: Actor, now: datetime) -> None:
    """Say of an unknown, failed or missed delivery that it was "sent", or "send again".

    After "send again" the door wakes the publisher. Raises Refused (`outcome`), Conflict, NotAllowed.
    """
    lock(delivery)
    actor.need("resolve deliveries", delivery.post.team_id)
    if outcome not in OUTCOMES:
        raise Refused({"outcome": say("Say “sent” if it is there, or “send again” if it is not.")})
    if delivery.state not in RESOLVABLE:
        state = in_a_sentence(delivery.state)
        raise Conflict(say("This delivery is %(state)s: there is nothing to decide.", state=state))
    before = {"state": delivery.state, "reason": delivery.reason, "attempts": delivery.attempts}
    if outcome == "sent":
        _mark_sent(delivery, actor, now)
    else:
        _send_again(delivery, now)
    db.session.flush()
    record("delivery resolved", delivery.key, actor=actor, team_id=delivery.post.team_id,
           before=before, after={"outcome": outcome})  # fmt: skip


def can_send_again(delivery: Delivery) -> bool:
    """Whether the button makes sense: its account is there, and so is the post, in the state it tells of."""
    return _why_not(delivery) is None


def _mark_sent(delivery: Delivery, actor: Actor, now: datetime) -> None:
    delivery.state, delivery.finished_at = "delivered", now
    delivery.reason = f"Marked as sent by {actor.person.name}."


def _send_again(delivery: Delivery, now: datetime) -> None:
    reason = _why_not(delivery)
    if reason:
        raise Conflict(reason)
    adapter = adapter_for(delivery.account.channel, delivery.account.settings)
    delivery.state, delivery.attempts = "pending", 0
    # Due anew from this moment: its lateness and its stream's grace count from the decision.
    delivery.due_at = delivery.next_at = now
    delivery.reason = delivery.held_up = delivery.sent_at = delivery.finished_at = None
    # The key stays, so a channel that knows it takes the same bytes once. Elsewhere a person has looked:
    # the post goes out as it stands now.
    delivery.ambiguous = delivery.ambiguous and (adapter.keyed or adapter.can_look)


def _why_not(delivery: Delivery) -> str | None:
    if delivery.account.deleted_at is not None:
        return say("This account has been disconnected. Connect it anew and duplicate the post.")
    state = delivery.post.state
    if (
        delivery.action == "withdraw"
        and state == "withdrawn"
        or delivery.action == "publish"
        and state == "published"
    ):
        return None
    if state == "missed":
        return say("The whole post was missed. Give it a new time, or publish it now.")
    return say("The post is %(state)s: there is nothing to send.", state=in_a_sentence(state))
