"""A reader's program and a shelf of its own, for tests of this folder."""

import pytest

from calendar_app.extensions import db
from calendar_app.feeds.question import Question
from calendar_app.feeds.shelf import FeedShelf
from tests.browsing import Browser
from tests.feeds.shelves import Counted


@pytest.fixture
def reader(app):
    return Browser(app)


@pytest.fixture
def inner(app):
    """The application behind an empty shelf of this test's own."""
    old = app.wsgi_app
    inner = Counted(old.app)
    app.wsgi_app = FeedShelf(inner, Question(db.engine))
    yield inner
    app.wsgi_app = old
