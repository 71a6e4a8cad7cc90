"""Lists page by page, by the key of the last item seen: what comes or goes in between shifts nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import request

from calendar_app import links
from calendar_app.extensions import db

if TYPE_CHECKING:
    from pydantic import BaseModel


def page(query: Any, key: Any, asked: Any, *, newest_first: bool = False) -> tuple[list[Any], str | None]:
    """The rows of one page in order of `key` (a column that never changes), and the address of the next page.

    `asked` has `after` (the key of the last item of the page before) and `limit`.
    """
    if asked.after is not None:
        query = query.where(key < asked.after if newest_first else key > asked.after)
    query = query.order_by(key.desc() if newest_first else key).limit(asked.limit + 1)
    rows = list(db.session.scalars(query).unique())
    kept = rows[: asked.limit]
    if len(rows) <= asked.limit:
        return kept, None
    return kept, _address(asked, getattr(kept[-1], key.key))


def _address(asked: BaseModel, after: Any) -> str:
    """This address with another beginning: filters stay as they were sent."""
    given = {name: value for name, value in request.args.items() if name != "after"}
    return links.absolute(f"{request.path}?{urlencode({**given, 'after': after})}")
