"""Numbers of rows in addresses: nine digits at most, so that every one fits the database's integers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.routing import IntegerConverter

if TYPE_CHECKING:
    from flask import Flask


class RowNumber(IntegerConverter):
    """A longer number is no match at all (404); as a failed conversion it would be told as a wrong method (405)."""

    regex = r"\d{1,9}"


def register(app: Flask) -> None:
    """Every `<int:…>` of this app, before its routes are made."""
    app.url_map.converters["int"] = RowNumber
