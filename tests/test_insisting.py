"""What must be written while the database is away: asked again at even pauses, given up only after a while."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from calendar_app import insisting


class Away:
    """A database that is away until an instant of a clock that only sleeping moves on."""

    def __init__(self, monkeypatch, back_at, *, each=0.0):
        self.now, self.back_at, self.each, self.pauses = 100.0, 100.0 + back_at, each, []
        monkeypatch.setattr(insisting.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(insisting.time, "sleep", self.sleep)

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds

    def write(self):
        self.now += self.each
        if self.now < self.back_at:
            raise OperationalError("UPDATE", {}, Exception("the database system is starting up"))
        return "written"


def test_it_is_written_within_a_quarter_of_a_second_of_the_return(app, monkeypatch):
    for back_at in (0.1, 1.6, 3.7, 7.9):
        away = Away(monkeypatch, back_at)
        assert insisting.insist(away.write) == "written"
        assert away.now - away.back_at <= 0.25


def test_after_its_seconds_the_last_error_is_raised(app, monkeypatch):
    away = Away(monkeypatch, 60)
    with pytest.raises(OperationalError):
        insisting.insist(away.write, seconds=8)
    assert 8 < away.now - 100 < 8.5


def test_a_lock_that_takes_long_by_itself_is_waited_for_five_times(app, monkeypatch):
    away = Away(monkeypatch, 1000, each=20)
    with pytest.raises(OperationalError):
        insisting.insist(away.write, seconds=8)
    assert len(away.pauses) == 4


def test_other_errors_are_not_tried_again(app):
    with pytest.raises(ZeroDivisionError):
        insisting.insist(lambda: 1 / 0)
