"""A stream as programs send it and as Sluice answers it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from calendar_app.api.schemas.base import (
    MOST_ID,
    Asked,
    Given,
    Handle,
    Id,
    Instant,
    Language,
    Limit,
    Next,
    Sent,
    Zone,
)
from calendar_app.streams.cadence import LONGEST_TEXT, MOST_RULES
from calendar_app.streams.rules import MOST_TIMES

Colour = Literal["coral", "amber", "moss", "pine", "lagoon", "tide", "iris", "plum"]
Visibility = Literal["public", "unlisted", "internal"]
PublicSchedule = Literal["titles", "times", "nothing"]
Rule = Annotated[str, Field(max_length=LONGEST_TEXT)]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Cadence = Annotated[
    list[Rule],
    Field(max_length=MOST_RULES * MOST_TIMES, examples=[["weekly on Mon and Wed at 09:00"]],
          description="When the stream promises to publish: rules in words, or recurrence rules (RFC 5545)."),
]  # fmt: skip


class _Fields(Sent):
    description: Annotated[str, Field(max_length=500)] = ""
    colour: Colour = "tide"
    language: Language = ""
    timezone: Zone = ""
    visibility: Visibility = "public"
    public_schedule: PublicSchedule = Field(
        default="titles", description="What readers see of planned posts: titles, only times, or nothing."
    )
    cadence: Cadence = []
    grace_minutes: Annotated[int, Field(ge=1, le=10080)] = Field(
        default=60, description="How late a post may go out before it counts as missed."
    )
    default_accounts: Annotated[list[Id], Field(max_length=50)] = Field(
        default=[], description="Ids of the accounts that its posts go to."
    )
    guidelines: Annotated[str, Field(max_length=4000)] = ""
    needs_approval: bool = Field(
        default=False, description="Whether a post must be approved before it is scheduled."
    )
    responsible: Id | None = Field(default=None, description="The person who answers for the stream.")


class NewStream(_Fields):
    """A stream to be. The handle is permanent: readers' addresses depend on it."""

    handle: Handle
    name: Name
    team: Annotated[int, Field(ge=1, le=MOST_ID)] = Field(
        default=1, description="Needed only by those who are in several teams; see GET /me."
    )


class StreamChange(_Fields):
    """What is to change; fields that are not sent stay as they are."""

    handle: Handle = Field(default="", description="Permanent: may be sent, but only as it is.")
    name: Name = ""
    archived: bool = Field(
        default=False, description="An archived stream keeps its feed and takes no new posts."
    )


class Stream(Given):
    """A topic that people follow by itself."""

    handle: str
    url: str
    team: int
    name: str
    description: str
    colour: Colour
    language: str
    timezone: str
    visibility: Visibility
    public_schedule: PublicSchedule
    cadence: list[str]
    grace_minutes: int
    default_accounts: list[int]
    guidelines: str
    needs_approval: bool
    responsible: int | None
    archived: bool
    created_at: Instant
    updated_at: Instant


class Streams(Given):
    """Streams by handle."""

    items: list[Stream]
    next: Next


class StreamQuery(Asked):
    """Which streams."""

    archived: bool = Field(default=False, description="true lists the archived ones instead.")
    limit: Limit = 50
    after: Handle | None = Field(default=None, description="Where the page begins: taken from `next`.")
