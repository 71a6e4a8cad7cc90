from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.api.colliding import NEAR, Near, collisions

START = datetime(2027, 1, 1, tzinfo=UTC)


def near(uuid, minutes, streams=(), accounts=()):
    return Near(uuid, START + timedelta(minutes=minutes), frozenset(streams), frozenset(accounts))


def pairs(posts):
    return [(found.first.uuid, found.second.uuid) for found in collisions(posts)]


def test_half_an_hour_is_near_and_a_minute_more_is_not():
    assert pairs([near("a", 0, {"s"}), near("b", 30, {"s"}), near("c", 61, {"s"})]) == [("a", "b")]


def test_what_is_shared_is_named():
    [found] = collisions([near("b", 5, {"s", "t"}, {2, 1}), near("a", 0, {"t"}, {1, 2, 3})])
    assert (found.first.uuid, found.second.uuid) == ("a", "b")
    assert (found.streams, found.accounts, found.apart) == (["t"], [1, 2], timedelta(minutes=5))


def test_posts_that_share_nothing_do_not_collide():
    assert pairs([near("a", 0, {"s"}, {1}), near("b", 0, {"t"}, {2})]) == []


posts = st.lists(
    st.tuples(st.integers(0, 120), st.frozensets(st.sampled_from("xyz")), st.frozensets(st.integers(1, 3))),
    max_size=12,
)


@given(posts)
def test_every_pair_is_found_once_and_no_other(drawn):
    made = [near(f"{number:02}", *one) for number, one in enumerate(drawn)]
    expected = {
        frozenset((one.uuid, two.uuid))
        for one, two in combinations(made, 2)
        if abs(one.at - two.at) <= NEAR and (one.streams & two.streams or one.accounts & two.accounts)
    }
    found = pairs(made)
    assert len(found) == len(expected)
    assert {frozenset(pair) for pair in found} == expected
