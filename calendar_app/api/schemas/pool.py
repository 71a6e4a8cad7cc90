"""The pool of a stream, and what of it comes next."""

from __future__ import annotations

from pydantic import Field

from calendar_app.api.schemas.base import Given, Instant, Next
from calendar_app.api.schemas.posts import State


class Pooled(Given):
    """A post that may come again."""

    id: str = Field(json_schema_extra={"format": "uuid"})
    title: str
    state: State
    added_at: Instant
    person: int | None = Field(description="Who put it there: further posts are made in their name.")


class Coming(Given):
    """A slot that stays empty so far, and the post of the pool that would fill it."""

    at: Instant
    wall: str = Field(description="The same moment on the clocks of the stream's time zone.")
    timezone: str
    post: str = Field(json_schema_extra={"format": "uuid"})
    title: str


class Pool(Given):
    """The posts of the pool, the oldest first."""

    items: list[Pooled]
    next: Next
    coming: list[Coming] = Field(description="By time; empty where the stream's `evergreen_makes` is off.")
