"""A site with two teams, and people who use it in ways that nobody meant."""

from __future__ import annotations

import pytest

from tests.browsing import Browser
from tests.factories import make_person, make_stream, make_team


@pytest.fixture
def browser(app):
    """Answers are looked at, whatever goes wrong behind them."""
    made = Browser(app, app.response_class)
    made.raise_on_error = False
    return made


@pytest.fixture
def team(app):
    return make_team("Our team")


@pytest.fixture
def stream(team):
    return make_stream(team, "roads", name="Roads")


@pytest.fixture
def owner(team):
    return make_person(team, "owner", name="Olga Owner")
