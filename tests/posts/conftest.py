"""A browser in which somebody is signed in; forms are checked for their token, as outside of tests."""

from __future__ import annotations

import pytest

from tests.browsing import Browser


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
