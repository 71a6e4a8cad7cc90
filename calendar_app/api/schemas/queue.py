"""The queue of a stream, its free slots and its gaps."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from calendar_app.api.schemas.base import Asked, Given, Instant, Next, PostId, Sent, Since
from calendar_app.api.schemas.posts import State
from calendar_app.posts.queueing import MOST, MOST_FILLED

MOST_SLOTS = 20


class Queued(Given):
    """A post that stands in a slot."""

    id: str = Field(json_schema_extra={"format": "uuid"})
    title: str
    state: State
    version: int
    publish_at: str
    timezone: str
    due_at: Instant


class Queue(Given):
    """The posts that wait in slots to come, in order."""

    items: list[Queued]
    next: Next
    problem: str | None = Field(description="Why the stream's cadence offers no slots at the moment.")


class NewOrder(Sent):
    """All posts of the queue, in the order in which they shall go out."""

    order: Annotated[
        list[PostId], Field(max_length=MOST, examples=[["1f6b1b0e-7d0c-4d6e-9c57-0a4c9a5d1c11"]])
    ]


class QueuePlace(Sent):
    """A post, and where it comes in."""

    post: PostId
    place: Literal["first", "last"] = Field(
        default="last", description="Before all others, or after them in the next free slot."
    )


class QueueQuery(Asked):
    """What becomes of the slot that is left."""

    close: bool = Field(default=False, description="true: those behind it move up.")


class FreeSlot(Given):
    """A slot to come that no post stands in."""

    at: Instant
    publish_at: str = Field(description="The same moment on the clocks of the stream's time zone.")
    timezone: str
    fold: Literal[0, 1]
    reason: str = Field(description="What speaks for it.")


class FreeSlots(Given):
    """The next free slots, by time."""

    items: list[FreeSlot]
    next: Next


class SlotQuery(Asked):
    """How many."""

    limit: Annotated[int, Field(ge=1, le=MOST_SLOTS)] = 5


class Gaps(Sent):
    """{}: the gaps of the next four weeks. Else those between two instants."""

    since: Since | None = Field(default=None, alias="from", description="Left out: now.")
    until: Since | None = Field(default=None, alias="to", description="Left out: four weeks after `from`.")


class Filled(Given):
    """The drafts that fill gaps now, by time."""

    items: list[Queued]
    next: Next


class Drafts(Sent):
    """Drafts that have filled gaps."""

    posts: Annotated[
        list[PostId],
        Field(min_length=1, max_length=MOST_FILLED, examples=[["1f6b1b0e-7d0c-4d6e-9c57-0a4c9a5d1c11"]]),
    ]


class Emptied(Given):
    """What became of drafts that had filled gaps."""

    removed: list[str]
    stay: list[str] = Field(description="Those that somebody has written in, or that are not yours.")
