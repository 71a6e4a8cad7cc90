"""How far a team has agreed on a post."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from calendar_app.api.schemas.base import Given, Instant
from calendar_app.api.schemas.posts import State


class StepAsked(Given):
    """One step of an approval."""

    who: str | int = Field(description="`editor` (or owner), `owner`, or a member's id.")
    words: str
    given: bool


class Review(Given):
    """What one person answered."""

    person: int | None
    outcome: Literal["approved", "changes"]
    step: int
    version: int = Field(description="The one that was looked at.")
    text: str = Field(description="What should change.")
    at: Instant
    counts: bool = Field(description="Whether it still counts for the post as it is.")


class Agreement(Given):
    """Who is asked, who has approved, and who wants changes."""

    state: State
    version: int
    needed: bool = Field(description="Whether it must be approved before it is scheduled.")
    stream: str | None = Field(description="The stream whose rules count.")
    steps: list[StepAsked]
    next: list[int] = Field(description="Ids of those whose turn it is; empty unless it is in review.")
    hindrance: str | None = Field(description="Why you cannot approve it now; null where you can.")
    reviews: list[Review] = Field(description="All that was ever answered, the newest first.")
