"""JSON as browsers send it to pages. The API reads its own, see api/reading.py."""

from __future__ import annotations

import json
from typing import Any

from flask.json.provider import DefaultJSONProvider


class CarefulJSON(DefaultJSONProvider):
    """What is nested beyond measure or holds half a character is no JSON, so that views meet neither."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Raises ValueError."""
        try:
            value = super().loads(s, **kwargs)
            json.dumps(value, ensure_ascii=False).encode()
        except RecursionError:
            raise ValueError("This JSON is nested too deeply.") from None
        return value
