from hypothesis import given
from hypothesis import strategies as st

from calendar_app.supervising.children import how_it_ended, pause_after
from calendar_app.supervising.parts import Part, in_turns


def test_parts_of_one_turn_start_together_and_in_the_order_given():
    parts = [
        Part("worker", [], turn=2),
        Part("redis", []),
        Part("web", [], turn=1),
        Part("clock", [], turn=2),
    ]
    assert [[part.name for part in turn] for turn in in_turns(parts)] == [
        ["redis"],
        ["web"],
        ["worker", "clock"],
    ]


def test_the_pause_doubles_from_half_a_second_to_half_a_minute():
    assert [pause_after(deaths) for deaths in range(1, 10)] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


@given(st.integers(min_value=1, max_value=10**9))
def test_the_pause_never_leaves_its_bounds(deaths):
    assert 0.5 <= pause_after(deaths) <= 30


def test_an_end_is_told_in_words():
    assert [how_it_ended(code) for code in (0, 3, 137, 143, 255, -9)] == [
        "ended with exit code 0",
        "ended with exit code 3",
        "was ended by SIGKILL",
        "was ended by SIGTERM",
        "ended with exit code 255",
        "lost its guard",
    ]
