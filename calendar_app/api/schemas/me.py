"""Who a token acts as."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from calendar_app.api.schemas.base import Given, Instant

Role = Literal["owner", "editor", "author", "viewer"]


class Person(Given):
    """The person behind the token."""

    id: int
    name: str
    email: str
    language: str
    timezone: str


class Team(Given):
    """A team of the person, with the role there."""

    id: int
    name: str
    role: Role


class Token(Given):
    """The token itself."""

    name: str
    expires_at: Instant


class Me(Given):
    """Who asks, and what they may do."""

    person: Person
    teams: list[Team]
    roles: dict[str, Role] = Field(description="Team id → role.")
    scopes: list[Literal["read", "write"]]
    token: Token
