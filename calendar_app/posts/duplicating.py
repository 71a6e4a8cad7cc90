"""A new draft with the words of another post, in the same streams and places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_app.posts.drafting import draft
from calendar_app.posts.values import PLAN, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from calendar_app.people.roles import Actor
    from calendar_app.posts.models import Post


def duplicate(
    post: Post, *, actor: Actor, now: datetime, plan: Mapping[str, Any] | None = None, uuid: str | None = None
) -> Post:
    """The copy, flushed. Without a `plan` (publish_at, timezone, fold) it has no time. Raises Refused, NotAllowed."""
    values = {name: value for name, value in values_of(post).items() if name not in PLAN}
    return draft({**values, **(plan or {})}, actor=actor, now=now, uuid=uuid)
