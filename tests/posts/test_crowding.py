"""Floods, nearness and silence, from moments alone."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.posts.crowding import clear_of, flood_around, floods, silence_before

START = datetime(2026, 12, 1, tzinfo=UTC)
hours = st.integers(0, 200).map(lambda number: START + timedelta(hours=number))


def at(*numbers):
    return [START + timedelta(hours=number) for number in numbers]


def test_more_than_so_many_within_so_many_hours_is_a_flood():
    assert floods(at(0, 8, 16, 24), 3, 24) == []
    (found,) = floods(at(0, 8, 16, 23), 3, 24)
    assert (found.first, found.last, found.posts) == (*at(0, 23), 4)
    assert floods(at(0, 0, 0, 0, 0), 0, 24) == []


def test_floods_that_run_into_each_other_are_one():
    assert [one.posts for one in floods(at(0, 1, 2, 3, 4, 60, 61, 62), 2, 3)] == [5, 3]


def test_a_post_is_told_of_the_flood_that_it_would_be_in_only():
    others = at(0, 1, 2, 3)
    assert flood_around(at(90)[0], others, 3, 24) is None
    assert flood_around(at(10)[0], others, 3, 24).posts == 5


@given(st.lists(hours, max_size=30), st.integers(1, 5), st.integers(1, 48))
def test_every_flood_holds_a_window_with_too_many_and_no_such_window_lies_outside(times, most, width):
    found = floods(times, most, width)
    for begin in times:
        inside = [one for one in times if begin <= one < begin + timedelta(hours=width)]
        if len(inside) > most:
            assert any(flood.first <= begin and max(inside) <= flood.last for flood in found)
    assert all(flood.posts > most for flood in found)
    assert all(first.last < second.first for first, second in zip(found, found[1:], strict=False))


@given(hours, st.lists(hours, max_size=20), st.integers(1, 6))
def test_the_moment_to_move_to_is_clear_of_all_and_not_before(moment, others, near):
    width = timedelta(hours=near)
    found = clear_of(moment, others, width)
    assert found >= moment and all(abs(found - other) >= width for other in others)


def test_silence_reaches_back_to_the_last_post():
    slots = at(0, 10, 20, 30)
    assert silence_before(at(25)[0], slots, at(5)) == at(10, 20)
    assert silence_before(at(25)[0], slots, []) == at(0, 10, 20)
    assert silence_before(at(25)[0], slots, at(21)) == []
