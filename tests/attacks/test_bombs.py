"""Small requests that are meant to cause much work. Work is counted in calls, which no other load disturbs."""

from __future__ import annotations

import sys

import pytest

from calendar_app.frame import MOST_KNOWN, page_exists
from calendar_app.posts.text import excerpt, to_html
from calendar_app.streams.cadence import BadCadence, parse_cadence


def work(function, *arguments):
    """How many calls the function makes, in Python and in C."""
    count = 0

    def note(_frame, event, _argument):
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function(*arguments)
    finally:
        sys.setprofile(before)
    return count


def test_an_excerpt_costs_what_it_shows_not_what_it_is_taken_from():
    for piece in ("_a*", "words and *more*\n"):
        text = piece * (30_000 // len(piece))
        assert work(excerpt, text, 200) < max(work(to_html, text) / 4, 2000)


@pytest.mark.parametrize("texts", [
    ["\n".join(["RRULE:FREQ=YEARLY;INTERVAL=28;BYMONTH=2;BYMONTHDAY=29;BYHOUR=1;DTSTART=20240301"] * 6)] * 48,
    ["at " * 160], ["daily at 1:00" + " from" * 90], ["every " + "9" * 480 + " days at 1:00"], ["RRULE:" + ";" * 480],
    ["daily at 07:00"] * 10_000, ["DTSTART:" + "0" * 480 + " "], ["every ² days at 1:00"],
    ["RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"], ["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=1"],
    ["daily at 07:00 from 99999-12-31"],
])  # fmt: skip
def test_a_cadence_that_is_no_promise_is_refused_without_much_looking(texts):
    def read():
        with pytest.raises(BadCadence):
            parse_cadence(texts)

    assert work(read) < 200_000


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["/posts", "/posts/00000000-0000-4000-8000-000000000000/schedule"])
def test_millions_of_empty_fields_are_not_read(client, path):
    """Nobody has been asked yet who they are."""
    sent = {"data": "a=&" * 20_000, "content_type": "application/x-www-form-urlencoded"}
    assert client.post(path, **sent).status_code == 413


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_remembered_of_addresses_has_an_end(app):
    for number in range(MOST_KNOWN * 3):
        page_exists(f"/posts/{number}")
    assert len(app.extensions["sluice_pages"]) <= MOST_KNOWN
