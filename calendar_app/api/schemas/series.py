"""A series as programs send it and as Sluice answers it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from calendar_app.api.schemas.base import MOST_ID, Given, Instant, Next, PageQuery, Sent, Zone
from calendar_app.api.schemas.streams import Clock, Day

Rule = Annotated[
    str,
    Field(min_length=1, max_length=500, examples=["FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"],
          description="RFC 5545, by days or coarser, without times; COUNT up to 1,000 or UNTIL within five years."),
]  # fmt: skip
ShortMonths = Annotated[
    Literal["skip", "last"],
    Field(description="A 31st where a month has none is left out, or comes on that month's last day."),
]
Days = Annotated[list[Day], Field(max_length=400)]
Version = Annotated[
    int, Field(ge=1, le=MOST_ID, description="The version you last read; 409 when it is stale.")
]


class _Fields(Sent):
    time: Clock = Field(default="", description="On the clocks of `timezone`, the same all the year round.")
    timezone: Zone = ""
    short_months: ShortMonths = "skip"
    makes: Literal["draft", "scheduled"] = Field(
        default="draft", description="Scheduled posts are sent for review where a stream asks for approval."
    )
    ahead_days: Annotated[int, Field(ge=1, le=400)] = Field(
        default=60, description="How many days before their time posts are made."
    )
    skipped: Days = []
    extra: Days = []


class NewSeries(_Fields):
    """A series that begins with a post: its first, whose words, places, pictures and event the others take over."""

    post: Annotated[str, Field(min_length=36, max_length=36, json_schema_extra={"format": "uuid"})]
    rule: Rule
    first: Day
    time: Clock
    timezone: Zone


class SeriesChange(_Fields):
    """What is to change. `since`: the day from which it counts; the days before stay as they are.

    At another `time` the events of its posts are as much earlier or later, unless a post was changed by itself.
    """

    version: Version
    rule: Rule = ""
    first: Day = ""
    since: Day | None = None
    words_of: Annotated[str, Field(min_length=36, max_length=36, json_schema_extra={"format": "uuid"})] = (
        Field(
            default="",
            description="A post of the series, whose words, places, pictures and event the others take over.",
        )
    )
    ended: bool = Field(
        default=False, description="An ended series makes no more posts and can be taken up again."
    )


class Occurrence(Given):
    """A day of the series and its post; null where it was thrown away."""

    day: str
    post: str | None


class SeriesEvent(Given):
    """The event of each post: so many days after the post's own day, at the same time of day."""

    days: int = Field(description="Fewer than none: it has happened when the post goes out.")
    time: str
    ends_days: int
    ends_time: str = Field(description="Empty where no end is said.")
    timezone: str
    location: str


class Series(Given):
    """A recurrence rule that makes posts."""

    id: int
    team: int
    words: str = Field(description="The rule in English.")
    rule: str
    first: str
    time: str
    timezone: str
    short_months: ShortMonths
    makes: Literal["draft", "scheduled"]
    ahead_days: int
    skipped: list[str]
    extra: list[str]
    content: dict[str, Any] = Field(description="What its posts begin with.")
    event: SeriesEvent | None = Field(
        description="Taken from the post that it began with, or whose words it took."
    )
    posts: list[Occurrence] = Field(description="The newest 100 days for which posts were made, by day.")
    next: list[str] = Field(description="The next ten days, made or not.")
    problem: str | None = Field(description="Why no posts can be made at the moment.")
    ended: bool
    version: int
    created_at: Instant
    updated_at: Instant


class SeriesList(Given):
    """Series, the newest first."""

    items: list[Series]
    next: Next


class SeriesQuery(PageQuery):
    """Which series."""

    ended: bool = Field(default=False, description="true lists those that have ended instead.")
