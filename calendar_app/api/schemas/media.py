"""A picture as programs send it and as Sluice answers it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from calendar_app.api.schemas.base import MOST_ID, Given, Sent
from calendar_app.media.models import ALT_LIMIT, CREDIT_LIMIT

Rights = Literal["own", "licensed"]
FileBytes = Annotated[
    bytes, WithJsonSchema({"type": "string", "format": "binary", "description": "JPEG, PNG, WebP or GIF."})
]


def _number(given: object) -> object:
    """Forms know only text."""
    return int(given) if isinstance(given, str) and given.isdecimal() and len(given) < 11 else given


class NewMedium(Sent):
    """A picture to be, as a form with a file."""

    file: FileBytes
    alt: Annotated[
        str, Field(max_length=ALT_LIMIT, description="What it shows, for those who do not see it.")
    ] = ""
    rights: Annotated[
        str,
        Field(
            max_length=CREDIT_LIMIT,
            description="`own`, `licensed`, or `licensed until 2026-12-31`. Anything else is kept as the credit line "
            "of a licensed picture.",
        ),
    ] = "own"
    licensed_until: Annotated[
        str, Field(max_length=10, description="The last day of the licence; empty where it has no end.")
    ] = ""
    credit: Annotated[
        str, Field(max_length=CREDIT_LIMIT, description="Whose it is, as readers shall read it.")
    ] = ""
    team: Annotated[
        Annotated[int, Field(ge=1, le=MOST_ID)] | None,
        BeforeValidator(_number),
        Field(description="Needed only by those who are in several teams; see GET /me."),
    ] = None


class Medium(Given):
    """A picture that can be shown in posts of its team."""

    id: int
    team: int
    url: str = Field(
        description="Opens for everybody once a published post of a public or unlisted stream shows it."
    )
    media_type: str
    width: int
    height: int
    alt: str
    rights: Rights
    licensed_until: str | None
    credit: str
