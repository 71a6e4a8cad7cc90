"""A browser in which somebody is signed in; forms are checked for their token, as outside of tests."""

from __future__ import annotations

import pytest

from tests.browsing import Browser
from tests.factories import make_person, make_stream, make_team


@pytest.fixture
def new_browser(app):
    app.config["WTF_CSRF_ENABLED"] = True
    app.test_client_class = Browser
    yield app.test_client
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = None


@pytest.fixture
def signed_in(new_browser):
    """signed_in(person) is a browser of that person."""
    return lambda person: new_browser().sign_in(person)


@pytest.fixture
def kari(app):
    return make_person(make_team(), "owner")


@pytest.fixture
def stream(kari):
    return make_stream(kari.memberships[0].team, "traffic", name="Traffic")


@pytest.fixture
def browser(signed_in, kari):
    return signed_in(kari)
