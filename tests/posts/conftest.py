"""Kari, owner of a team with one stream, and her browser."""

from __future__ import annotations

import pytest

from tests.factories import make_person, make_stream, make_team


@pytest.fixture
def kari(app):
    return make_person(make_team(), "owner")


@pytest.fixture
def stream(kari):
    return make_stream(kari.memberships[0].team, "traffic", name="Traffic")


@pytest.fixture
def browser(signed_in, kari):
    return signed_in(kari)
