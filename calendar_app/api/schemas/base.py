"""What all schemas share: closed bodies, checked words and times, lists with a `next`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

from calendar_app import times
from calendar_app.posts.checking import LANGUAGE as LANGUAGE_SHAPE
from calendar_app.streams.checking import HANDLE as HANDLE_SHAPE

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_ID = 2**31 - 1
WALL = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?$"
_OFFSET = re.compile(r"(Z|[+-][0-9]{2}:[0-9]{2})$", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def _leave_out_defaults(schema: dict[str, Any]) -> None:
    """A field that is not sent is left alone: a default in the document would say otherwise."""
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


class Sent(BaseModel):
    """What a program sends: JSON types taken literally, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra=_leave_out_defaults)


class Asked(BaseModel):
    """What stands behind the ? of an address: text, read as the type of its field; unknown names refused."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_leave_out_defaults)


class Given(BaseModel):
    """What Sluice answers."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Nothing(Sent):
    """A call that needs no body: leave it out, or send {}."""


def _shaped(shape: re.Pattern[str], sentence: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not shape.fullmatch(text):
            raise ValueError(sentence)
        return text

    return check


def _known_zone(name: str) -> str:
    times.known_zone(name)
    return name


def _wall(text: str) -> str:
    times.parse_wall(text)
    return text


def _wall_or_instant(text: str) -> str:
    if has_offset(text):
        instant_of(text)
    else:
        times.parse_wall(text)
    return text


def has_offset(text: str) -> bool:
    """Whether a time says by itself which instant it means."""
    return bool(_OFFSET.search(text))


def instant_of(text: Any) -> datetime:
    """UTC from RFC 3339 with its offset, or from a day, which begins at midnight UTC. Raises BadTime."""
    # In an address a + that was not written as %2B arrives as a blank.
    given = re.sub(r" ([0-9]{2}:[0-9]{2})$", r"+\1", str(text)) if "T" in str(text) else str(text)
    if not (_DAY.fullmatch(given) or _INSTANT.fullmatch(given)):
        raise times.BadTime("Write it as 2026-12-01T09:00:00Z, with Z or an offset, or as a day: 2026-12-01.")
    try:
        found = datetime.fromisoformat(given.upper())
        instant = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise times.BadTime("This time does not exist in the calendar. Check the day and the time.") from None
    if not times.EARLIEST_YEAR <= instant.year <= times.LATEST_YEAR:
        raise times.BadTime(f"Choose a year from {times.EARLIEST_YEAR} to {times.LATEST_YEAR}.")
    return instant


Handle = Annotated[
    str,
    Field(min_length=2, max_length=40, examples=["road-works"],
          json_schema_extra={"pattern": f"^{HANDLE_SHAPE.pattern}$"}),
    AfterValidator(_shaped(HANDLE_SHAPE, "A handle has small letters (a to z), digits and single hyphens.")),
]  # fmt: skip
Language = Annotated[
    str,
    Field(max_length=16, examples=["en", "nb"], json_schema_extra={"pattern": f"^{LANGUAGE_SHAPE.pattern}$"}),
    AfterValidator(_shaped(LANGUAGE_SHAPE, "Write the language as a code such as en, nb or sv.")),
]
Zone = Annotated[
    str,
    Field(max_length=64, examples=["Europe/Oslo"], description="An IANA time zone."),
    AfterValidator(_known_zone),
]
Wall = Annotated[
    str,
    Field(max_length=26, examples=["2026-12-01T09:00"], description="Wall clock time, without an offset.",
          json_schema_extra={"pattern": WALL}),
    AfterValidator(_wall),
]  # fmt: skip
WallOrInstant = Annotated[
    str,
    Field(max_length=40, examples=["2026-12-01T18:00"],
          description="Wall clock time in the event's zone, or RFC 3339 with an offset."),
    AfterValidator(_wall_or_instant),
]  # fmt: skip
Id = Annotated[int, Field(ge=1, le=MOST_ID)]
PostId = Annotated[
    str,
    Field(min_length=36, max_length=36, json_schema_extra={"format": "uuid"}),
    AfterValidator(_shaped(_UUID, "This is not the id of a post.")),
    AfterValidator(str.lower),
]
TeamId = Annotated[
    Id | None, Field(description="Needed only by those who are in several teams; see GET /me.")
]
Limit = Annotated[int, Field(ge=1, le=200, description="Most items on one page.")]
After = Annotated[Id | None, Field(description="Where the page begins: taken from `next`, never made up.")]
Next = Annotated[str | None, Field(description="The address of the following page; null on the last one.")]
Since = Annotated[
    datetime,
    BeforeValidator(instant_of),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}
    ),
]
Instant = Annotated[
    datetime,
    PlainSerializer(times.rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-12-01T08:00:00Z"]}),
]


class PageQuery(Asked):
    """Which page."""

    limit: Limit = 50
    after: After = None
