"""The pool of posts that may come again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.api.calling import Answer, call
from calendar_app.api.posts import ONE, post_of, shown
from calendar_app.api.schemas import posts as told
from calendar_app.api.schemas.base import Nothing
from calendar_app.evergreen import pooling
from calendar_app.extensions import database_now

if TYPE_CHECKING:
    from uuid import UUID

    from calendar_app.people.roles import Actor


@call("POST", ONE + "/pool", gives=told.Post, body=Nothing, body_optional=True)
def put_in(actor: Actor, post_id: UUID, body: Nothing) -> Answer:
    """Let a post come again.

    Where its home stream says so, slots that stay empty are filled with new posts made from those of the pool.
    """
    post = post_of(actor, post_id)
    pooling.put_in(post, actor=actor, now=database_now())
    return Answer(shown(post))


@call("DELETE", ONE + "/pool", gives=told.Post)
def take_out(actor: Actor, post_id: UUID) -> Answer:
    """Let a post come no more."""
    post = post_of(actor, post_id)
    pooling.take_out(post, actor=actor)
    return Answer(shown(post))
