"""The plan of a window of time: posts, slots, gaps and collisions."""

from __future__ import annotations

from pydantic import Field

from calendar_app.api.schemas.base import Asked, Given, Handle, Instant, Since
from calendar_app.api.schemas.posts import State


class CalendarQuery(Asked):
    """The window: from its beginning, up to but without its end; at most 400 days."""

    since: Since = Field(alias="from")
    until: Since = Field(alias="to")
    stream: Handle | None = Field(default=None, description="Only this stream.")


class Planned(Given):
    """A post on the plan."""

    id: str = Field(json_schema_extra={"format": "uuid"})
    title: str
    state: State
    version: int
    streams: list[str]
    accounts: list[int]
    publish_at: str | None
    timezone: str | None
    due_at: Instant


class Slot(Given):
    """A moment that a stream's cadence offers."""

    stream: str
    at: Instant
    wall: str = Field(description="The same moment on the clocks of the stream's time zone.")
    timezone: str


class Collision(Given):
    """Two posts of one stream or account that are closer than its `near_minutes`.

    `GET /posts/{post_id}/warnings` says of each why, and a way out.
    """

    posts: list[str] = Field(min_length=2, max_length=2)
    minutes_apart: float
    near_minutes: int = Field(description="How many should lie between them.")
    streams: list[str]
    accounts: list[int]


class Flood(Given):
    """More posts of one stream than it wants within its `flood_hours`."""

    stream: str
    since: Instant
    until: Instant
    posts: int


class Calendar(Given):
    """The plan between two instants."""

    since: Instant = Field(alias="from")
    until: Instant = Field(alias="to")
    posts: list[Planned]
    slots: list[Slot]
    gaps: list[Slot] = Field(description="Slots to come or gone by that no post fills.")
    floods: list[Flood]
    collisions: list[Collision] = Field(description="By time; the first 1,000.")
