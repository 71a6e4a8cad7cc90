from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.api.colliding import Near, collisions

START = datetime(2027, 1, 1, tzinfo=UTC)


def near(uuid, minutes, streams=(), accounts=(), *, within=30):
    wanted = {name: timedelta(minutes=within) for name in sorted(streams)}
    return Near(uuid, START + timedelta(minutes=minutes), wanted, frozenset(accounts))


def pairs(posts):
    return [(found.first.uuid, found.second.uuid) for found in collisions(posts)]


def test_less_than_the_minutes_of_the_stream_is_near_and_those_minutes_are_not():
    assert pairs([near("a", 0, {"s"}), near("b", 29, {"s"}), near("c", 59, {"s"})]) == [("a", "b")]


def test_each_stream_says_how_near_is_near_and_one_may_say_never():
    wide, narrow = {"s": timedelta(hours=3)}, {"t": timedelta(minutes=5)}
    first, second = (Near(name, START + timedelta(minutes=at), {**wide, **narrow}, frozenset())
                     for name, at in (("a", 0), ("b", 170)))  # fmt: skip
    third = Near("c", START + timedelta(minutes=174), narrow, frozenset())
    fourth = Near("d", START + timedelta(minutes=180), narrow, frozenset())
    assert pairs([first, second, third, fourth]) == [("a", "b"), ("b", "c")]
    assert pairs([near("a", 0, {"s"}, within=0), near("b", 0, {"s"}, within=0)]) == []


def test_posts_that_share_only_a_place_are_told_by_the_stream_they_are_at_home_in():
    home = {"s": timedelta(minutes=10), "t": timedelta(hours=9)}
    one = Near("a", START, home, frozenset({1}))
    assert pairs([one, near("b", 12, {"u"}, {1}, within=15)]) == [("a", "b")]
    assert pairs([one, near("b", 12, {"u"}, {1}, within=5)]) == []


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
        if abs(one.at - two.at) < timedelta(minutes=30)
        and (
            one.streams.keys() & two.streams.keys()
            or (one.accounts & two.accounts and (one.streams or two.streams))
        )
    }
    found = pairs(made)
    assert len(found) == len(expected)
    assert {frozenset(pair) for pair in found} == expected
