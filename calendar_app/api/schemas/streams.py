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
from calendar_app.streams.writing_rules import CHECKLIST_LIMIT

Colour = Literal["coral", "amber", "moss", "pine", "lagoon", "tide", "iris", "plum"]
LinksAs = Literal["written", "labelled", "short"]
Visibility = Literal["public", "unlisted", "internal"]
PublicSchedule = Literal["titles", "times", "nothing"]
Again = Literal["never", "readers", "always"]
Approver = Literal["editor", "owner"] | Id
Rule = Annotated[str, Field(max_length=LONGEST_TEXT)]
Day = Annotated[
    str,
    Field(
        pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2026-12-24"], description="On the stream's clocks."
    ),
]
Clock = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["09:30"])]
Note = Annotated[str, Field(max_length=120)]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Cadence = Annotated[
    list[Rule],
    Field(max_length=MOST_RULES * MOST_TIMES, examples=[["weekly on Mon and Wed at 09:00"]],
          description="When the stream promises to publish: rules in words, or recurrence rules (RFC 5545)."),
]  # fmt: skip


class Exceptional(Sent):
    """Days on which these times are promised and no others; without times nothing is."""

    first: Day
    last: Day | Literal[""] = Field(default="", description="Left out: the first day alone.")
    times: Annotated[list[Clock], Field(max_length=24)] = []
    note: Note = ""


class Pause(Sent):
    """Days without slots and gaps. Without a last day it goes on until it is taken away."""

    first: Day
    last: Day | Literal[""] = ""
    note: Note = ""
    told: bool = Field(default=False, description="Whether followers read of it on the stream's page.")


class Quiet(Sent):
    """Hours without slots; a post that is planned in them gets a warning. May go over midnight."""

    since: Clock
    until: Clock


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
    exceptions: Annotated[list[Exceptional], Field(max_length=100)] = []
    pauses: Annotated[list[Pause], Field(max_length=20)] = []
    quiet_hours: Annotated[list[Quiet], Field(max_length=6)] = []
    near_minutes: Annotated[int, Field(ge=0, le=1440)] = Field(
        default=30, description="Posts closer to each other than this get a warning; 0 switches it off."
    )
    flood_posts: Annotated[int, Field(ge=0, le=100)] = Field(
        default=4, description="More posts than this within `flood_hours` get a warning; 0 switches it off."
    )
    flood_hours: Annotated[int, Field(ge=1, le=168)] = 24
    evergreen_makes: Literal["off", "draft", "scheduled"] = Field(
        default="off", description="What posts of the pool become in slots that stay empty."
    )
    evergreen_ahead_days: Annotated[int, Field(ge=1, le=60)] = 7
    evergreen_rest_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        default=90, description="No post of the pool comes twice within so many days."
    )
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
    approval_steps: Annotated[list[Approver], Field(max_length=3)] = Field(
        default=[],
        description="Who approves, one after the other: `editor` (or owner), `owner`, or a member's id. "
        "Empty: one editor or owner.",
    )
    others_approve: bool = Field(default=False, description="Whether nobody approves their own post.")
    approve_again: Again = Field(
        default="never",
        description="Which changes of an approved post ask for approval again: those that readers would see, all, "
        "or none. Its time never does.",
    )
    template: Id | None = Field(default=None, description="The template that its new posts begin with.")
    checklist: Annotated[str, Field(max_length=CHECKLIST_LIMIT)] = Field(
        default="", description="What is to be ticked for each post, one thing a line."
    )
    links_as: LinksAs = Field(
        default="written",
        description="How links leave for public places: as written, with labels of the campaign, or short.",
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
    exceptions: list[Exceptional]
    pauses: list[Pause]
    quiet_hours: list[Quiet]
    near_minutes: int
    flood_posts: int
    flood_hours: int
    evergreen_makes: Literal["off", "draft", "scheduled"]
    evergreen_ahead_days: int
    evergreen_rest_days: int
    grace_minutes: int
    default_accounts: list[int]
    guidelines: str
    needs_approval: bool
    approval_steps: list[str | int]
    others_approve: bool
    approve_again: Again
    template: int | None
    checklist: str
    links_as: LinksAs
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
