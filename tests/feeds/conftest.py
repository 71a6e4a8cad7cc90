"""A reader's program, for tests of this folder."""

import pytest

from tests.browsing import Browser


@pytest.fixture
def reader(app):
    return Browser(app)
