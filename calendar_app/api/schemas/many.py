"""Steps for many posts at once."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from calendar_app.api.schemas.base import Given, Handle, PostId, Sent, WallOrInstant, Zone
from calendar_app.api.schemas.posts import State, Version
from calendar_app.api.schemas.streams import Day
from calendar_app.planner.acting import MOST_DAYS
from calendar_app.planner.stepping import MOST
from calendar_app.posts.drafting import MOST_STREAMS

Doing = Literal[
    "move", "open", "stream", "copy", "remove", "draft", "schedule", "again", "review", "approve", "restore"
]
# Of these, the ones that may lead to a time, and into another stream.
TO_A_TIME = {"move", "stream", "copy", "again"}
INTO_A_STREAM = {"stream", "copy"}


class Act(Sent):
    """What is done to one post.

    `move` needs one of `at`, `date` and `days`; `stream` needs `to` or `streams`; `open` takes the time away.
    """

    do: Doing
    post: PostId
    version: Version | None = Field(
        default=None,
        description="The one you last read: if somebody saved in between, the post stays as it is.",
    )
    at: WallOrInstant | None = Field(
        default=None, description="A time on the clocks of `timezone`, or RFC 3339 with an offset."
    )
    date: Day | None = Field(default=None, description="A day in `timezone`; the post keeps its clock.")
    days: Annotated[int, Field(ge=-MOST_DAYS, le=MOST_DAYS)] | None = Field(
        default=None, description="So many days further, or back; the post keeps its clock."
    )

    to: Handle | None = Field(default=None, description="The stream into which it goes.")
    of: Handle | None = Field(
        default=None, description="The stream whose place `to` takes. Left out: that of its home."
    )
    streams: Annotated[list[Handle], Field(max_length=MOST_STREAMS)] = Field(
        default=[], description="All its streams, in the place of `to` and `of`; the first is its home."
    )

    @model_validator(mode="after")
    def what_it_needs(self) -> Act:
        places = [one for one in (self.at, self.date, self.days) if one is not None]
        if len(places) > 1 or (self.do == "move" and not places):
            raise ValueError("Say where to: one of at, date and days.")
        if self.do not in TO_A_TIME and places:
            raise ValueError(f"Only {', '.join(sorted(TO_A_TIME))} lead to another time.")
        if self.do not in INTO_A_STREAM and (self.to or self.of or self.streams):
            raise ValueError(f"Only {', '.join(sorted(INTO_A_STREAM))} lead into another stream.")
        if self.do == "stream" and not self.to and not self.streams:
            raise ValueError("Say into which stream: to, or streams.")
        return self


class Steps(Sent):
    """Acts on posts, each post named once."""

    acts: Annotated[
        list[Act],
        Field(
            min_length=1,
            max_length=MOST,
            examples=[
                [
                    {"do": "move", "post": "1f6b1b0e-7d0c-4d6e-9c57-0a4c9a5d1c11", "version": 3, "days": 1},
                    {"do": "approve", "post": "2a4e8c1d-93b5-4f5a-8a55-7d1f6c0b2e22"},
                ]
            ],
        ),
    ]
    timezone: Zone = Field(
        default="", description="The zone of the plan, in which days begin and end. Left out: your own."
    )
    together: bool = Field(
        default=False, description="true: all or none; with 422, `errors` says which posts stand in the way."
    )


class Back(Given):
    """An act that takes another back: send it as it is."""

    do: Doing
    post: str = Field(json_schema_extra={"format": "uuid"})
    version: int
    at: str | None
    streams: list[str]


class Taken(Given):
    """What was done to a post."""

    of: str = Field(json_schema_extra={"format": "uuid"}, description="The post that was named.")
    post: str = Field(
        json_schema_extra={"format": "uuid"}, description="The post that came of it; of a copy another one."
    )
    state: State | None = Field(description="null where it was thrown away.")
    version: int
    back: Back | None = Field(description="What takes it back; null where there is no way back.")


class Stayed(Given):
    """A post that stays as it was."""

    post: str = Field(json_schema_extra={"format": "uuid"})
    title: str
    status: int = Field(description="What the answer would be if it had been asked for alone.")
    reason: str


class Outcome(Given):
    """What became of each."""

    sentence: str
    done: list[Taken]
    stayed: list[Stayed]
