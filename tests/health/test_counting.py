"""The database knows what its tables hold, so that it takes the right index."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.health.counting import count_anew
from jobs.timetable import TIMETABLE
from tests.factories import make_post, make_stream


@pytest.mark.usefixtures("counted_anew")
def test_what_is_counted_once_a_day_serves_every_connection(database):
    stream = make_stream()
    for _ in range(20):
        make_post(stream)
    count_anew()
    db.session.commit()
    if database == "sqlite":
        with db.engine.connect() as other:
            counted = dict(
                other.execute(sa.text("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'post'")).all()
            )
        assert any(stat.startswith("20 ") for stat in counted.values()), counted
    assert [one for one in TIMETABLE if one.work is count_anew]
