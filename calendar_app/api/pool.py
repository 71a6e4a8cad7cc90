"""The pool of posts that may come again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.api.calling import Answer, call
from calendar_app.api.posts import ONE, post_of, shown
from calendar_app.api.schemas import pool as told_pool
from calendar_app.api.schemas import posts as told
from calendar_app.api.schemas.base import Nothing
from calendar_app.api.streams import ONE as STREAM
from calendar_app.api.streams import living_stream
from calendar_app.evergreen import pooling
from calendar_app.evergreen.foreseeing import coming
from calendar_app.extensions import database_now
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from uuid import UUID

    from calendar_app.people.roles import Actor


@call("GET", STREAM + "/pool", gives=told_pool.Pool)
def show(actor: Actor, handle: str) -> Answer:
    """Read the pool of a stream, and what of it comes next.

    `coming` is how it stands now: whoever fills a slot, or adds to the pool, changes it.
    """
    stream = living_stream(actor, handle)
    return Answer(
        told_pool.Pool.model_validate(
            {
                "items": [
                    {
                        "id": row.post.uuid, "title": row.post.title, "state": row.post.state,
                        "added_at": row.added_at, "person": row.person_id,
                    }
                    for row in pooling.pool_of(stream)
                ],
                "next": None,
                "coming": [
                    {
                        "at": at, "wall": to_wall(at, stream.timezone).isoformat(timespec="minutes"),
                        "timezone": stream.timezone, "post": post.uuid, "title": post.title,
                    }
                    for at, post in coming(stream, database_now())
                ],
            }
        )
    )  # fmt: skip


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
