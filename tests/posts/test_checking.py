"""What people write, field by field: clean values or one sentence, whatever they send."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from calendar_app.errors import Refused
from calendar_app.posts import checking, forms
from calendar_app.posts.checking import Findings, Moment
from calendar_app.posts.models import TITLE_LIMIT
from calendar_app.posts.saying import lateness, span, ways_out
from calendar_app.posts.values import changed, wall_text

ANYTHING = st.text(st.characters(codec=None), max_size=300)
NOTHING = {
    "title": "", "text": "", "link": "", "language": "en", "kind": "news", "streams": [], "accounts": None,
    "variants": {}, "event": None, "publish_at": "", "timezone": "", "fold": None,
}  # fmt: skip


@given(ANYTHING)
def test_a_checked_title_is_one_line_that_a_database_takes(typed):
    found = Findings()
    title = checking.title(typed, found)
    assert "\n" not in title and "\x00" not in title and title == title.strip()
    title.encode()
    assert (len(title) > TITLE_LIMIT) == ("title" in found.errors)


@given(ANYTHING)
def test_checking_a_text_twice_changes_nothing(typed):
    once = checking.text(typed, Findings())
    once.encode()
    assert checking.text(once, Findings()) == once


@given(ANYTHING)
def test_a_link_that_passes_leads_to_the_web(typed):
    found = Findings()
    link = checking.link(typed, found)
    if link and not found.errors:
        assert link.startswith(("http://", "https://", "HTTP", "Http")) or link.lower().startswith("http")


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JavaScript:alert(1)", " data:text/html,x", "vbscript:x", "mailto:a@b.no", "ftp://a.no",
     "https://", "http:///path", "https://[::1", "https://a b.no", "//a.no", "a.no", "https:a.no"],
)  # fmt: skip
def test_no_other_address_passes(address):
    found = Findings()
    checking.link(address, found)
    assert found.errors == {"link": "Write a web address that begins with https:// or http://."}


@given(ANYTHING, ANYTHING)
def test_whatever_is_given_as_a_time_gets_a_moment_or_one_sentence(wall, zone):
    found = Findings()
    moment = checking.moment(wall, zone, found)
    assert (moment is None) == (len(found.errors) == 1)


@given(
    st.datetimes(datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("2198-01-01")),
    st.sampled_from(["Europe/Oslo", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
    st.sampled_from([0, 1]),
)
def test_a_moment_is_the_instant_at_which_the_clock_shows_it(wall, zone, fold):
    found = Findings()
    wall = wall.replace(microsecond=0)
    moment = checking.moment(wall.isoformat(), zone, found, fold=fold)
    if moment is None:
        assert "does not exist" in found.errors["publish_at"]
        return
    from calendar_app.times import to_wall

    assert (moment.wall, to_wall(moment.instant, zone)) == (wall.isoformat(), wall)


def test_a_past_time_is_told_with_the_time_it_is_there():
    found = Findings()
    now = datetime(2026, 11, 22, 20, 4, tzinfo=UTC)
    checking.in_future(Moment("2026-11-22T21:00:00", "Europe/Oslo", now - timedelta(minutes=4)), now, found)
    assert found.errors == {
        "publish_at": "This time has passed: in Europe/Oslo it is now 21:04 on 22 November 2026. "
        "Choose a later time, or publish now."
    }


def test_the_first_sentence_of_a_field_stays():
    found = Findings()
    found.add("title", "First.")
    found.add("title", "Second.")
    with pytest.raises(Refused) as refused:
        found.settle()
    assert refused.value.errors == {"title": "First."}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*NOTHING, "other"]), JSON))
def test_any_json_is_read_or_refused_with_a_sentence(body):
    try:
        values = forms.from_json(body)
    except Refused as refused:
        assert all(refused.errors.values())
        return
    assert set(values) <= set(NOTHING)
    json.dumps(changed(values, NOTHING))


@pytest.mark.parametrize(
    "body",
    [None, [], "text", 3, {"streams": "traffic"}, {"variants": []}, {"variants": {"1": "x"}}, {"event": "x"},
     {"title": 3}, {"accounts": [True]}, {"accounts": [2**31]}, {"accounts": [-1]}, {"accounts": ["1; --"]}],
)  # fmt: skip
def test_what_no_page_of_ours_sends_is_refused(body):
    with pytest.raises(Refused):
        forms.from_json(body)


@pytest.mark.parametrize("version", [None, "", "x", "-1", "1.5", "1" * 10, "١"])
def test_a_version_is_a_number(version):
    with pytest.raises(Refused):
        forms.version_in({"version": version})


def test_a_form_is_read_part_by_part():
    form = MultiDict(
        [("title", "T"), ("text", "a\r\nb"), ("stream", "one"), ("stream", "two"), ("home", "two"), ("places", "own"),
         ("account", "7"), ("account", "3"), ("variant_3", "v\r\n"), ("variant_7", ""), ("event_location", "Hall"),
         ("has_event", "1"), ("event_start_date", "2027-01-02"), ("event_start_time", "18:00"),
         ("event_timezone", "Europe/Oslo"), ("publish_date", "2027-01-01"), ("publish_time", "09:00"),
         ("timezone", "Europe/Oslo"), ("fold", "1")]
    )  # fmt: skip
    assert forms.from_form(form) == {
        "title": "T", "text": "a\nb", "streams": ["two", "one"], "accounts": [3, 7],
        "variants": {"3": {"text": "v\n"}, "7": {"text": ""}},
        "event": {"starts_at": "2027-01-02T18:00", "ends_at": "", "timezone": "Europe/Oslo", "location": "Hall"},
        "publish_at": "2027-01-01T09:00", "timezone": "Europe/Oslo", "fold": 1,
    }  # fmt: skip
    assert forms.from_form(MultiDict({"version": "1"})) == {}
    assert forms.from_form(MultiDict({"publish_date": "2027-01-01"})) == {
        "publish_at": "2027-01-01T", "timezone": "", "fold": None,
    }  # fmt: skip


def test_a_pressed_slot_takes_the_place_of_the_plan():
    form = MultiDict(
        {"publish_date": "2027-01-01", "timezone": "UTC", "slot": "2027-01-07T12:00|Europe/Oslo|0"}
    )
    assert forms.from_form(form) == {"publish_at": "2027-01-07T12:00", "timezone": "Europe/Oslo", "fold": 0}


def test_only_what_differs_counts_as_changed():
    since = {**NOTHING, "streams": ["a", "b", "c"], "variants": {"3": {"text": "x"}}, "publish_at": "2027-01-01T09:00",
             "timezone": "UTC"}  # fmt: skip
    same = {
        **since,
        "streams": ["a", "c", "b"],
        "variants": {"3": {"text": "x"}, "4": {"text": ""}},
        "fold": 0,
    }
    assert changed({**same, "fold": None}, since) == {}
    assert changed({"streams": ["b", "a", "c"]}, since) == {"streams": ["b", "a", "c"]}
    assert changed({"variants": {"3": {"text": ""}}}, since) == {"variants": {3: {"text": None}}}
    assert changed({"timezone": "Europe/Oslo"}, since) == {
        "publish_at": "2027-01-01T09:00", "timezone": "Europe/Oslo", "fold": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kept", "shown"),
    [("2027-01-01T09:00:00", "2027-01-01T09:00"), ("2027-01-01T09:00:30", "2027-01-01T09:00:30"),
     ("2027-01-01 09:00", "2027-01-01T09:00"), ("2027-01-01T09:00:00.500", "2027-01-01T09:00:00.500"),
     ("soon", "soon"), ("", "")],
)  # fmt: skip
def test_a_wall_clock_is_shown_as_fields_show_it(kept, shown):
    assert wall_text(kept) == shown


def test_an_impossible_time_comes_with_ways_out(app):
    with app.test_request_context():
        assert ways_out("2027-03-28T02:30", "Europe/Oslo") == [
            {"publish_at": "2027-03-28T01:30", "label": "01:30"},
            {"publish_at": "2027-03-28T03:30", "label": "03:30"},
        ]
        assert ways_out("2027-10-31T02:30", "Europe/Oslo", fold=1) == [
            {"fold": 0, "label": "the first, UTC+2", "chosen": False},
            {"fold": 1, "label": "the second, UTC+1", "chosen": True},
        ]
        assert ways_out("2027-10-31T04:30", "Europe/Oslo") == []
        assert ways_out("nonsense", "Nowhere") == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "1 h"), (92_400, "25 h 40 min"), (172_800, "2 days")],
)
def test_a_span_in_words(app, seconds, words):
    with app.test_request_context():
        assert span(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("ms", "words"), [(42, "on time, after 42 ms"), (1500, "late by 1.5 s"), (240_000, "late by 4 min")]
)
def test_lateness_in_words(app, ms, words):
    with app.test_request_context():
        assert lateness(ms) == words
