"""An account, that is one connected place: as programs send it and as Sluice answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from calendar_app.api.schemas.base import Given, Id, Instant, Next, Sent
from calendar_app.channels.registry import ADAPTERS
from calendar_app.posts.checking import LANGUAGE as LANGUAGE_SHAPE

if TYPE_CHECKING:
    from calendar_app.channels.adapter import Adapter

FieldName = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$")]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Value = Annotated[str, Field(max_length=4000)]
Settings = Annotated[dict[FieldName, Value], Field(max_length=40)]
Secrets = Annotated[
    dict[FieldName, Value | None],
    Field(max_length=20, description="Write-only: kept sealed, never given back."),
]
State = Literal["ok", "paused", "broken"]


def _channels() -> str:
    """Every channel with what it needs: `webhook (settings: url; secrets: secret)`."""
    return ", ".join(f"{kind}{_needs(ADAPTERS[kind])}" for kind in sorted(ADAPTERS))


def _needs(adapter: Adapter) -> str:
    settings = ", ".join(field.name for field in adapter.fields if not field.secret)
    secrets = ", ".join(field.name for field in adapter.fields if field.secret)
    told = [f"{group}: {names}" for group, names in (("settings", settings), ("secrets", secrets)) if names]
    return f" ({'; '.join(told)})" if told else ""


Speaks = Annotated[
    str,
    Field(max_length=16, examples=["nb"], json_schema_extra={"pattern": f"^({LANGUAGE_SHAPE.pattern})?$"},
          description="Posts that have a translation into it go out in that; empty: in their own."),
]  # fmt: skip


LinksAs = Annotated[
    Literal["stream", "written"],
    Field(description="How links leave for it: as the stream of the post says, or never changed."),
]


class NewAccount(Sent):
    """A place to connect. Which settings and secrets it needs depends on its channel."""

    channel: Annotated[str, Field(max_length=32, description=f"One of: {_channels()}.")]
    name: Name
    language: Speaks = ""
    links_as: LinksAs = "stream"
    settings: Settings = {}
    secrets: Secrets = {}
    team: Id = Field(default=1, description="Needed only by those who are in several teams; see GET /me.")


class AccountChange(Sent):
    """What is to change; fields that are not sent stay as they are."""

    name: Name = ""
    language: Speaks = ""
    links_as: LinksAs = "stream"
    settings: Settings = {}
    secrets: Secrets = {}
    state: Literal["ok", "paused"] = Field(
        default="ok", description="paused keeps its deliveries waiting; ok resumes."
    )


class Account(Given):
    """A connected place. Its secrets are never given back."""

    id: int
    team: int
    channel: str
    name: str
    language: str
    links_as: LinksAs
    settings: dict[str, Any]
    state: State
    reason: str | None = Field(description="Why it is paused or broken.")
    state_since: Instant
    created_at: Instant
    updated_at: Instant


class AccountWithSecrets(Account):
    """The answer to a change: with the secrets that Sluice made, shown this once."""

    secrets: dict[str, str] = Field(
        description="Only what Sluice made itself; empty where you sent them all."
    )


class Accounts(Given):
    """Accounts by id."""

    items: list[Account]
    next: Next


class Tried(Given):
    """How a test of an account ended."""

    ok: bool
    message: str
