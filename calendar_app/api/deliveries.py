"""Deliveries: what became of a post at each of its accounts, and what a person decides about it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import abort

from calendar_app import enqueue
from calendar_app.api.calling import Answer, call
from calendar_app.api.posts import ONE, post_of
from calendar_app.api.schemas import deliveries as told
from calendar_app.channels.models import WAITING, Delivery
from calendar_app.channels.outcomes import outcome
from calendar_app.channels.resolving import resolve
from calendar_app.extensions import database_now, db
from calendar_app.posts.models import Post
from calendar_app.times import rfc3339, utcnow

if TYPE_CHECKING:
    from uuid import UUID

    from calendar_app.people.roles import Actor

_AS_THEY_ARE = ("action", "state", "attempts", "due_at", "sent_at", "late_ms", "external_url", "reason")


@call("GET", ONE + "/deliveries", gives=told.Deliveries)
def of_post(actor: Actor, post_id: UUID) -> Answer:
    """See what became of a post at each of its accounts."""
    rows = post_of(actor, post_id).deliveries
    return Answer(told.Deliveries(items=[shown(row) for row in rows], next=None))


@call("POST", "/deliveries/<uuid:delivery_id>/resolution", gives=told.Delivery, body=told.Resolution)
def settle(actor: Actor, delivery_id: UUID, body: told.Resolution) -> Answer:
    """Decide about a delivery that is unknown, failed or missed.

    Look at the place itself first. `sent`: it is there. `send again`: it is not, and Sluice tries once more.
    """
    delivery = _delivery_of(actor, delivery_id)
    resolve(delivery, body.outcome, actor=actor, now=database_now())
    return Answer(shown(delivery), then=(enqueue.plan_changed, partial(enqueue.wake, "publish")))


def shown(row: Delivery) -> told.Delivery:
    """The delivery as the API tells it."""
    return told.Delivery.model_validate(
        {
            "id": row.key,
            "post": row.post.uuid,
            "account": row.account_id,
            "channel": row.account.channel,
            "next_at": row.next_at if row.state in WAITING else None,
            "outcome": outcome(row, rfc3339, now=utcnow()),
            **{name: getattr(row, name) for name in _AS_THEY_ARE},
        }
    )


def _delivery_of(actor: Actor, delivery_id: UUID) -> Delivery:
    found: Delivery | None = db.session.scalar(
        sa.select(Delivery)
        .join(Delivery.post)
        .where(Delivery.key == str(delivery_id), Post.team_id.in_(actor.team_ids))
    )
    return found or abort(404)
