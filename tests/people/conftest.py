"""Browsers for the tests of people: forms are checked for their token here, as outside of tests."""

import pytest

from tests.browsing import Browser


@pytest.fixture
def new_browser(app):
    """Makes browsers, each with its own cookies."""
    app.config["WTF_CSRF_ENABLED"] = True
    app.test_client_class = Browser
    yield app.test_client
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = None


@pytest.fixture
def browser(new_browser):
    return new_browser()
