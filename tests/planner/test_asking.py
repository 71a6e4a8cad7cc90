"""The address says where one is; one that cannot be shown gets a sentence."""

from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from calendar_app.errors import Refused
from calendar_app.feeds.entry import one_line
from calendar_app.planner.asking import STATES, VIEWS, Asked, asked
from tests.planner.plans import make_lane

TODAY = date(2026, 12, 1)


def read(query, lanes=()):
    return asked(MultiDict(parse_qsl(query, keep_blank_values=True)), TODAY, lanes)


def test_an_empty_address_is_the_month_of_today_with_everything():
    assert read("") == Asked("month", TODAY)


def test_an_address_names_view_day_streams_states_person_post_and_page():
    uuid = "0b0cbe5b-6d6d-4b6e-9d5e-000000000000"
    query = (
        "view=list&date=2027-01-02&streams=a+b&states=draft+failed&person=7&page=3"
        f"&post={uuid}&q=+bridge++%26+tunnel&sort=title"
    )
    wanted = Asked(
        "list", date(2027, 1, 2), ("a", "b"), ("draft", "failed"), 7, uuid, 3, "bridge & tunnel", "title"
    )
    assert read(query) == wanted


def test_a_form_without_scripts_sends_a_name_several_times():
    assert read("streams=a&streams=b&states=draft&states=failed").streams == ("a", "b")


def test_no_stream_ticked_is_not_the_same_as_none_named():
    assert (read("streams=").streams, read("").streams) == ((), None)


def test_all_streams_ticked_is_the_same_as_none_named():
    lanes = [make_lane("A"), make_lane("B"), make_lane("Old", archived=True)]
    ticked = "+".join(lane.handle for lane in lanes[:2])
    assert read(f"streams={ticked}", lanes).streams is None
    assert read(f"streams={lanes[0].handle}", lanes).streams == (lanes[0].handle,)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("view=year", "view"),
        ("date=2026-02-30", "date"),
        ("date=tomorrow", "date"),
        ("date=1969-12-31", "date"),
        ("date=9999-01-01", "date"),
        ("date=٢٠٢٦-12-01", "date"),
        ("states=sleeping", "states"),
        ("person=me", "person"),
        ("page=-1", "page"),
        ("post=../../etc", "post"),
    ],
)
def test_what_cannot_be_shown_is_refused_at_its_field(query, field):
    with pytest.raises(Refused) as refused:
        read(query)
    assert list(refused.value.errors) == [field]


def test_the_days_shown_follow_from_the_view():
    spans = {view: Asked(view, date(2026, 12, 9)).span for view in VIEWS}
    assert spans == {
        "month": (date(2026, 11, 30), date(2027, 1, 4)),
        "week": (date(2026, 12, 7), date(2026, 12, 14)),
        "streams": (date(2026, 11, 30), date(2027, 1, 11)),
        "list": (date(2026, 12, 1), date(2027, 1, 1)),
        "day": (date(2026, 12, 9), date(2026, 12, 10)),
    }


handles = st.from_regex(r"[a-z][a-z0-9-]{1,20}", fullmatch=True)


@given(
    st.builds(
        Asked,
        st.sampled_from(VIEWS),
        st.dates(date(1971, 1, 1), date(2198, 12, 31)),
        st.none() | st.lists(handles, unique=True, max_size=4).map(tuple),
        st.lists(st.sampled_from(STATES), unique=True, max_size=3).map(tuple),
        st.none() | st.integers(1, 10**8),
        q=st.text(st.characters(codec="utf-8"), max_size=100).map(lambda text: one_line(text)[:100].strip()),
    )
)
def test_an_address_read_again_means_the_same(one):
    lanes = [make_lane("Another")]
    assert read(urlsplit(one.address()).query, lanes) == one
