"""Saved views of the calendar."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from calendar_app.api.schemas.base import Given, Next, Sent, TeamId
from calendar_app.planner.keeping import NAME_LIMIT, QUERY_LIMIT

Name = Annotated[str, Field(min_length=1, max_length=NAME_LIMIT)]
Shared = Annotated[bool, Field(description="Whether the whole team sees it.")]
Opens = Annotated[bool, Field(description="Whether your calendar opens with it.")]


class NewView(Sent):
    """A view to be saved."""

    name: Name
    query: Annotated[
        str,
        Field(
            max_length=QUERY_LIMIT, examples=["view=list&streams=road-works&states=draft"],
            description="What stands behind the ? of the calendar's address; its day and page are not kept.",
        ),
    ]  # fmt: skip
    shared: Shared = False
    opens: Opens = False
    team: TeamId = None


class ViewChange(Sent):
    """What is to change. `name` and `shared` are its maker's, `opens` is everybody's own."""

    name: Name = ""
    shared: Shared = False
    opens: Opens = False


class View(Given):
    """A view of the calendar under a name."""

    id: int
    team: int
    name: str
    query: str
    url: str
    shared: bool
    mine: bool
    opens: bool


class Views(Given):
    """Your views, and those that others of your teams share, by name."""

    items: list[View]
    next: Next
