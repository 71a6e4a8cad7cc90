"""Each test begins on empty tables, also where a worker of the one before it is in the middle of a transaction."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from calendar_app.channels.models import Tally
from calendar_app.extensions import db
from tests.emptying import empty
from tests.factories import make_post, make_stream, make_team


@pytest.fixture
def database():
    """SQLite has one writer at a time: whoever empties has waited for the others."""
    return "postgresql"


def test_what_somebody_is_writing_in_that_moment_goes_as_well(app):
    """A row written late stayed behind and stood in the way of the next test's row with the same number."""
    make_post(make_stream(make_team("Town hall")))
    db.session.commit()
    with db.engine.connect() as worker:
        worker.execute(
            sa.insert(Tally),
            {"channel": "log", "what": "delivered", "bound": "", "number": 1, "seconds": 0.0},
        )
        worker.execute(sa.text("UPDATE post SET title = 'Later'"))
        emptying = threading.Thread(target=_empty_in, args=(app,))
        emptying.start()
        emptying.join(0.3)
        worker.commit()
        emptying.join(10)
    assert not emptying.is_alive()
    left = {
        table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table))
        for table in db.metadata.sorted_tables
    }
    assert {name: count for name, count in left.items() if count} == {}


def test_numbers_go_on_so_that_a_late_outcome_finds_no_row_of_the_next_test(app):
    first = make_post(make_stream(make_team("Town hall"))).id
    db.session.commit()
    empty()
    second = make_post(make_stream(make_team("Town hall"))).id
    assert second > first


def _empty_in(app):
    with app.app_context():
        empty()
