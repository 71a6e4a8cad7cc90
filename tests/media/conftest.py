"""A team with a stream, and its editor."""

from __future__ import annotations

import pytest

from tests.factories import make_actor, make_stream, make_team


@pytest.fixture
def team(app):
    return make_team()


@pytest.fixture
def stream(team):
    return make_stream(team, "traffic", name="Traffic")


@pytest.fixture
def actor(team):
    return make_actor(team, "editor")
