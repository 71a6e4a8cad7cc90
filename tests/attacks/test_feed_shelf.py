"""Readers who ask for feeds in odd ways: what one is told must never become what another is told."""

from __future__ import annotations

from datetime import timedelta
from string import ascii_lowercase as LETTERS

import pytest

from calendar_app.extensions import database_now, db
from calendar_app.feeds.shelf import FeedShelf
from calendar_app.posts.drafting import edit
from calendar_app.times import utcnow
from tests.factories import make_actor, make_scheduled, make_stream
from tests.feeds.reading import FORMS, make_published
from tests.feeds.shelves import Counted

PLANNED = "Quokka planned"
# Each means both streams to one who decodes the address as UTF-8, and one of them to one who does not.
TWO_MEANINGS = ["roads+%E2%84%AAites", "kites%C2%A0roads", "roads%E3%80%80kites", "kites%C2%85roads"]


@pytest.fixture
def unlisted(team):
    found = make_stream(team, "kites", name="Kites", visibility="unlisted")
    make_scheduled(found, title=PLANNED)
    return found


def test_an_address_with_two_meanings_spoils_no_other(app, stream, unlisted, browser):
    for choice in TWO_MEANINGS:
        empty_shelf(app)
        browser.get(f"/follow/{choice}.ics")
        for plain in ("/follow/roads.ics", "/streams/roads.ics", "/everything.ics"):
            answer = browser.get(plain)
            assert (answer.status_code, PLANNED in answer.text, "Kites" in answer.text) == (200, False, False)


FIRST = [
    {"method": "HEAD"},
    {"headers": {"Cookie": "sluice=x; sluice-form=y"}},
    {"headers": {"Range": "bytes=0-3"}},
    {"headers": {"Accept": "text/html", "Accept-Language": "nb", "HX-Request": "true"}},
    {"headers": {"Host": "127.0.0.1"}},
    {"query_string": "streams=kites&team=1&token=x"},
    {"headers": {"If-None-Match": "*"}},
    {"headers": {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"}},
]  # fmt: skip


def test_whoever_asks_first_leaves_no_trace(app, stream, unlisted, browser):
    for first in FIRST:
        empty_shelf(app)
        browser.open("/streams/roads.ics", **{"method": "GET", **first})
        kept = browser.get("/streams/roads.ics")
        empty_shelf(app)
        fresh = browser.get("/streams/roads.ics")
        assert (kept.status_code, kept.data, list(kept.headers)) == (200, fresh.data, list(fresh.headers))
        assert "Set-Cookie" not in kept.headers and b"evil" not in kept.data


def test_a_feed_is_not_told_to_a_host_that_is_not_ours_and_that_question_is_not_kept(stream, browser):
    browser.get("/streams/roads.ics", headers={"Host": "evil.example"})
    answer = browser.get("/streams/roads.ics")
    assert (answer.status_code, b"evil" in answer.data) == (200, False)


def test_a_name_that_nobody_has_changes_nothing_for_those_who_leave_it_out(app, team, stream, browser):
    make_stream(team, "inner", visibility="internal", updated_at=utcnow() + timedelta(hours=1))
    browser.get("/follow/roads+no-such.atom")
    kept = browser.get("/follow/roads.atom")
    empty_shelf(app)
    assert (kept.data, kept.headers["ETag"]) == (
        (fresh := browser.get("/follow/roads.atom")).data,
        fresh.headers["ETag"],
    )


def test_a_thousand_made_up_languages_cost_and_keep_no_more_than_those_there_are(app, stream, browser):
    post = make_published(stream)
    edit(
        post,
        {"translations": {"nb": {"title": "Broen er stengt"}, "sv": {"title": "Bron är stängd"}}},
        version=post.version,
        actor=make_actor(stream.team),
        now=database_now(),
    )
    db.session.commit()
    shelf = app.wsgi_app
    shelf.app, old = Counted(shelf.app), shelf.app
    try:
        for form in FORMS:
            empty_shelf(app)
            shelf.app.asked = 0
            plain = browser.get(f"/streams/roads.{form}").data
            made_up = [f"{one}{other}{third}" for one in "xyzq" for other in LETTERS for third in LETTERS]
            for language in made_up[:1000]:
                answer = browser.get(f"/streams/roads.{form}?lang={language}")
                assert (answer.status_code, answer.data == plain) == (200, True), language
            # Once as it is, once more to hear which languages there are.
            assert (shelf.app.asked, len(shelf.kept), len(shelf.places)) == (2, 1, 1)
            for language in ("en", "EN-gb", "nb", "no", "nn", "nb-no", "sv", "sv-fi", *made_up[:10]):
                assert browser.get(f"/streams/roads.{form}?lang={language}").status_code == 200
            assert (shelf.app.asked, len(shelf.kept), len(shelf.places)) == (5, 4, 1)
    finally:
        shelf.app = old


DATES = [
    "Mon, 01 Jan 99999999999 00:00:00 GMT", "Mon, 01 Jan 2020 00:00:00 +9999999999999", "0 Jan 0 00:00:00 -9999",
    "Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 0001 00:00:00 +2359", "1" * 5000, "\xff", ",", "",
]  # fmt: skip
TAGS = [",".join('"x"' for _ in range(2000)), "W/", '"' * 4000, "\xff\xfe", "W/*, *"]


def test_dates_that_no_clock_shows_and_any_number_of_tags_are_looked_at(stream, browser):
    asked = [("If-Modified-Since", date) for date in DATES] + [("If-None-Match", tag) for tag in TAGS]
    for path in ("/streams/roads.ics", "/follow/roads.rss", "/everything.opml"):
        for name, value in asked:
            assert browser.get(path, headers={name: value}).status_code in {200, 304}, (path, value[:50])


def empty_shelf(app):
    shelf = app.wsgi_app
    assert isinstance(shelf, FeedShelf)
    shelf.kept.clear()
    shelf.places.clear()
    shelf.tongues.clear()
    shelf.bytes = 0
