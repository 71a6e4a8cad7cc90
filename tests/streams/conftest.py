"""A browser in which somebody is signed in; forms are checked for their token, as outside of tests."""

from __future__ import annotations

import pytest

from tests.browsing import Browser


@pytest.fixture
def signed_in(app):
    """signed_in(person) is a browser of that person."""
    app.config["WTF_CSRF_ENABLED"] = True
    app.test_client_class = Browser
    yield lambda person: app.test_client().sign_in(person)
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = None
