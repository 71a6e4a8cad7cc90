"""The shape of every error (RFC 9457)."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from calendar_app.api.schemas.base import Given


class FieldError(Given):
    """What is wrong with one field, and what to do."""

    field: str
    message: str


class Problem(Given):
    """What could not be done, in a sentence for people."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = Field(
        default=None, description="With 422: one entry for each wrong field."
    )
    version: int | None = Field(
        default=None, description="With 409 for a stale version: the version that stands now."
    )
