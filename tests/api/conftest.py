"""A team with one stream, and a program that acts as the team's owner."""

import pytest

from tests.api.program import program_of
from tests.factories import make_stream, make_team


@pytest.fixture
def team(app):
    return make_team()


@pytest.fixture
def stream(team):
    return make_stream(team, "road-works")


@pytest.fixture
def api(app, team):
    return program_of(app, team)
