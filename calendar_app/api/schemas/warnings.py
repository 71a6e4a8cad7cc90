"""What speaks against a post as it stands."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from calendar_app.api.schemas.base import Asked, Given, Instant, Next, Wall, Zone


class OtherTime(Given):
    """A time at which it would be better."""

    at: Instant
    publish_at: str
    timezone: str
    fold: Literal[0, 1]
    words: str = Field(description="What taking it means.")


class Warned(Given):
    """A warning. None of them blocks a step."""

    what: str = Field(description="In a few words.")
    why: str = Field(description="In a sentence.")
    other: str | None = Field(description="The post that is in the way, by its id.")
    time: OtherTime | None = Field(description="A way out.")


class Warnings(Given):
    """Warnings, the most urgent first."""

    items: list[Warned]
    next: Next


class WarningQuery(Asked):
    """At another time than its own, before it is moved there."""

    publish_at: Wall | None = None
    timezone: Zone | None = Field(default=None, description="Left out: the post's own.")
