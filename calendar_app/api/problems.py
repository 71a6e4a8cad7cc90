"""RFC 9457: every error of the API as application/problem+json, with one sentence for each wrong field."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_TYPE = "application/problem+json"


def problem(
    status: int,
    sentence: str,
    *,
    errors: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """The answer to what could not be done. `errors`: field → sentence; `more`: members beside the standard ones.

    The type stays about:blank, so the title is the status in words (RFC 9457, section 4.2.1).
    """
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": _phrase(status),
        "status": status,
        "detail": sentence,
        **more,
    }
    if errors:
        told["errors"] = [{"field": field, "message": message} for field, message in errors.items()]
    return Response(
        json.dumps(told, ensure_ascii=False), status, dict(headers or {}), content_type=MEDIA_TYPE
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
