"""The application as the jobs of this process see it: built once, before any fork."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from calendar_app import create_app

if TYPE_CHECKING:
    from flask import Flask


@cache
def app() -> Flask:
    """Building it takes a third of a second: a worker pays that once, not for each job."""
    return create_app()
