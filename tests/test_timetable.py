"""What recurs: every line does its work on an empty site, twice, and is known by a name of its own."""

from __future__ import annotations

from calendar_app.extensions import db
from jobs.timetable import TIMETABLE


def test_every_line_works_and_is_harmless_when_repeated(app):
    for _ in range(2):
        for item in TIMETABLE:
            item.work()
            db.session.commit()


def test_names_stay_apart_when_they_are_cut():
    assert len({f"upkeep: {item.name}"[:40] for item in TIMETABLE}) == len(TIMETABLE)
