"""A browser in which nobody is signed in."""

import pytest


@pytest.fixture
def browser(new_browser):
    return new_browser()
