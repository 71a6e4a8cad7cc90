"""The days of a series as its page shows them."""

from __future__ import annotations

import pytest

from calendar_app.extensions import database_now
from calendar_app.series import editing
from calendar_app.series.showing import SHOWN_DAYS, days_of
from tests.series.conftest import tomorrow


def shown(series):
    return [(one.day, one.left_out) for one in days_of(series, database_now())]


@pytest.mark.parametrize("which", [[2], [1, 2], [0, 1, 2]])
def test_whichever_day_of_a_series_that_ends_is_left_out_can_be_put_in_again(begun, actor, which):
    series = begun("FREQ=DAILY;COUNT=3")
    for number in which:
        editing.leave_out(series, tomorrow(number), actor=actor, now=database_now())
    assert shown(series) == [(tomorrow(number), number in which) for number in range(3)]


def test_of_a_series_without_an_end_days_far_ahead_are_not_shown(begun, actor):
    series = begun("FREQ=DAILY")
    editing.leave_out(series, tomorrow(SHOWN_DAYS + 5), actor=actor, now=database_now())
    assert shown(series) == [(tomorrow(number), False) for number in range(SHOWN_DAYS)]
