"""Deliveries: one post to one account."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from calendar_app.api.schemas.base import Given, Instant, Next, Sent

Action = Literal["publish", "withdraw"]
State = Literal["pending", "sending", "retry", "delivered", "failed", "unknown", "cancelled", "missed"]


class Delivery(Given):
    """One post on its way to one account. `unknown` means: it may have gone out, and only a person can tell."""

    id: str = Field(json_schema_extra={"format": "uuid"}, description="The key that every attempt carries.")
    post: str = Field(json_schema_extra={"format": "uuid"})
    account: int
    channel: str
    action: Action
    state: State
    attempts: int
    due_at: Instant
    next_at: Instant | None = Field(description="When it is tried next; null where it is not.")
    sent_at: Instant | None
    late_ms: int | None = Field(description="Milliseconds from due_at to the first byte of the last attempt.")
    external_url: str | None
    reason: str | None = Field(description="Why it is where it is, in a sentence.")
    outcome: str = Field(
        description="What became of it, for people: delivered, waiting to try again at …, failed because …, "
        "may have gone out: please look."
    )


class Deliveries(Given):
    """The deliveries of a post."""

    items: list[Delivery]
    next: Next


class Resolution(Sent):
    """What a person found out about a delivery that failed or is unknown."""

    outcome: Literal["sent", "send again"]
