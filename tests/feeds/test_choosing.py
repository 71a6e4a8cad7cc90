"""Which streams an address means, and whether a program has the bytes already: true for whatever is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.feeds.choosing import HANDLE, handles_in
from calendar_app.feeds.fresh import is_fresh
from calendar_app.feeds.shelf import _read

ETAG = '"0123456789abcdef"'
CHANGED = datetime(2026, 10, 1, 9, 30, 15, 999, tzinfo=UTC)
handles = st.from_regex(r"[a-z0-9](-?[a-z0-9])+", fullmatch=True).filter(lambda text: len(text) <= 40)
# As programs and people misspell dates.
dates = st.text() | st.from_regex(
    r"(Mon|Xyz)?,? ?[0-9]{0,5}[ -](Jan|Foo|13)[ -][0-9]{0,6} [0-9:.]{0,9} ?([+-][0-9]{0,9}|GMT|EST)?",
    fullmatch=True,
)


@given(st.lists(handles), st.randoms(use_true_random=False))
def test_a_choice_is_a_set_however_it_is_written(wanted, chance):
    mixed = [chance.choice([handle, handle.upper(), handle.title()]) for handle in wanted * 2]
    chance.shuffle(mixed)
    text = "".join(handle + chance.choice(["+", " ", "++", " + "]) for handle in mixed)
    assert handles_in(text) == tuple(sorted(set(wanted)))


@given(st.text())
def test_only_what_may_be_a_handle_is_asked_for(text):
    found = handles_in(text)
    assert all(HANDLE.fullmatch(handle) for handle in found)
    assert handles_in("+".join(found)) == found


@given(st.text())
def test_no_path_confuses_the_shelf(text):
    for path in (text, f"/streams/{text}.ics", f"/follow/{text}.atom", f"/everything{text}.rss"):
        address = _read(path)
        assert address is None or address.handles is None or all(map(HANDLE.fullmatch, address.handles))


@given(st.text() | st.none(), dates | st.none())
def test_whatever_a_program_sends_gets_an_answer(none_match, since):
    assert is_fresh(ETAG, CHANGED, none_match, since) in {True, False}


@given(
    st.lists(st.sampled_from(['"other"', 'W/"other"', "*", "", "nonsense"])), st.integers(0, 5), st.booleans()
)
def test_our_etag_is_found_in_any_list(others, place, weak):
    offered = [*others[:place], ("W/" if weak else "") + ETAG, *others[place:]]
    assert is_fresh(ETAG, CHANGED, ", ".join(offered), None)
    assert is_fresh(ETAG, CHANGED, ",".join(others), None) == ("*" in others)


@given(st.integers(-10_000_000, 10_000_000))
def test_a_date_is_fresh_from_the_second_of_the_change_on(seconds):
    since = format_datetime(CHANGED + timedelta(seconds=seconds), usegmt=True)
    assert is_fresh(ETAG, CHANGED, None, since) == (seconds >= 0)
    assert not is_fresh(ETAG, None, None, since)
