"""Links for outsiders."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from calendar_app.api.schemas.base import Given, Instant, Next, Sent
from calendar_app.sharing.models import LABEL_LIMIT


class NewShareLink(Sent):
    """A link to be."""

    days: Literal[1, 7, 14, 30, 90] = Field(default=14, description="How long it lasts.")
    label: Annotated[
        str, Field(max_length=LABEL_LIMIT, description="For whom it is; only the team sees it.")
    ] = ""
    may_comment: bool = Field(default=False, description="Whether who has it may comment.")


class ShareLink(Given):
    """A secret address at which one post can be seen as it stands."""

    id: int
    label: str
    may_comment: bool
    open: bool
    made_by: int | None
    created_at: Instant
    expires_at: Instant
    revoked_at: Instant | None
    last_used_at: Instant | None


class MadeShareLink(ShareLink):
    """A link that was just made, with its address, which is told only now."""

    url: str


class ShareLinks(Given):
    """Links, the newest first."""

    items: list[ShareLink]
    next: Next
