"""The event of a series' posts: repeated with each at the same distance, changed for all, and for one alone."""

from __future__ import annotations

from datetime import date

import pytest

from calendar_app.extensions import database_now, db
from calendar_app.posts.drafting import edit
from calendar_app.posts.publishing import publish_now
from calendar_app.posts.values import values_of
from calendar_app.series.editing import begin, change, take_words
from calendar_app.series.happening import event_on, in_words
from calendar_app.series.making import fill
from tests.factories import make_post, plan_for
from tests.series.conftest import at, posts_of, tomorrow

CONCERT = {"days": 3, "time": "18:00", "ends_days": 3, "ends_time": "20:30", "timezone": "Europe/Oslo",
           "location": "Library"}  # fmt: skip


@pytest.fixture
def told(stream, actor):
    """A post for tomorrow that tells of a concert in the library three days later."""
    post = make_post(stream, title="Concert")
    plan_for(post, at(tomorrow()))
    day = tomorrow(3)
    event = {
        "starts_at": f"{day}T18:00",
        "ends_at": f"{day}T20:30",
        "timezone": "Europe/Oslo",
        "location": "Library",
    }
    edit(post, {"event": event}, version=post.version, actor=actor, now=database_now())
    db.session.commit()
    return post


def begun_from(post, actor, **values):
    wanted = {"rule": "FREQ=DAILY;INTERVAL=2", "first": tomorrow().isoformat(), "time": "09:00",
              "timezone": "Europe/Oslo", "ahead_days": 6}  # fmt: skip
    series = begin(post, {**wanted, **values}, actor=actor, now=database_now())
    db.session.commit()
    return series


def events_of(series):
    return [(post.event_starts_at, post.event_ends_at, post.event_location) for post in posts_of(series)]


def concerts(*days, clock="18:00", until="20:30"):
    return [(at(tomorrow(day), clock), at(tomorrow(day), until), "Library") for day in days]


def test_each_post_has_the_event_as_far_from_itself_as_the_first(told, actor):
    series = begun_from(told, actor)
    assert series.content["event"] == CONCERT
    assert events_of(series) == concerts(3, 5, 7)
    series.ahead_days = 8
    assert fill(series, now=database_now()) == 1
    assert events_of(series) == concerts(3, 5, 7, 9)


def test_a_post_that_moves_to_the_first_day_takes_its_event_along_and_one_without_time_keeps_it(
    told, actor, stream
):
    series = begun_from(told, actor, first=tomorrow(4).isoformat())
    assert events_of(series)[0] == concerts(7)[0]
    bare = make_post(stream, title="No time yet")
    event = values_of(told)["event"]
    edit(bare, {"event": event}, version=bare.version, actor=actor, now=database_now())
    other = begun_from(bare, actor, first=tomorrow(1).isoformat())
    assert (other.content["event"]["days"], events_of(other)[0]) == (6, concerts(7)[0])


def test_another_event_for_all_reaches_what_nobody_changed_alone(told, actor):
    series = begun_from(told, actor)
    first, second, third = posts_of(series)
    alone = {**values_of(third)["event"], "location": "Town hall"}
    edit(third, {"event": alone}, version=third.version, actor=actor, now=database_now())
    sooner = {**values_of(second)["event"], "starts_at": f"{tomorrow(4)}T19:00", "ends_at": ""}
    edit(second, {"event": sooner}, version=second.version, actor=actor, now=database_now())
    _series, settled = take_words(series, second, actor=actor, now=database_now())
    db.session.commit()
    assert (settled.changed, settled.left) == (1, [third.uuid])
    assert events_of(series) == [
        (at(tomorrow(2), "19:00"), None, "Library"),
        (at(tomorrow(4), "19:00"), None, "Library"),
        (at(tomorrow(7), "18:00"), at(tomorrow(7), "20:30"), "Town hall"),
    ]
    edit(first, {"event": None}, version=first.version, actor=actor, now=database_now())
    take_words(series, first, actor=actor, now=database_now())
    db.session.commit()
    assert [one[0] for one in events_of(series)] == [None, None, at(tomorrow(7), "18:00")]


def test_another_time_of_the_posts_leaves_the_events_where_they_are(told, actor):
    series = begun_from(told, actor)
    change(series, {"time": "11:00"}, version=series.version, actor=actor, now=database_now())
    db.session.commit()
    assert [post.due_at for post in posts_of(series)] == [at(tomorrow(day), "11:00") for day in (0, 2, 4)]
    assert events_of(series) == concerts(3, 5, 7)


def test_a_series_without_an_event_is_what_it_was(begun, actor):
    series = begun("FREQ=DAILY;INTERVAL=4")
    assert "event" not in series.content
    assert {post.event_starts_at for post in posts_of(series)} == {None}


@pytest.mark.parametrize(
    ("kept", "day", "starts", "ends"),
    [
        (CONCERT, "2026-10-23", "2026-10-26T18:00", "2026-10-26T20:30"),
        # The clocks go from 02:00 to 03:00.
        ({**CONCERT, "time": "02:30", "ends_time": ""}, "2026-03-26", "2026-03-29T03:30", ""),
        ({**CONCERT, "days": -1, "ends_days": 0, "ends_time": "01:00"}, "2026-03-01", "2026-02-28T18:00",
         "2026-03-01T01:00"),
    ],
)  # fmt: skip
def test_both_keep_their_time_of_day_when_the_clocks_change(kept, day, starts, ends):
    found = event_on(kept, date.fromisoformat(day))
    assert (found["starts_at"], found["ends_at"]) == (starts, ends)


def test_it_is_said_in_words(app):
    assert in_words(CONCERT) == "3 days after the post at 18:00, Library"
    assert in_words({**CONCERT, "days": 1, "location": ""}) == "1 day after the post at 18:00"
    assert in_words({**CONCERT, "days": 0}) == "on the day of the post at 18:00, Library"
    assert in_words({**CONCERT, "days": -2, "location": ""}) == "2 days before the post at 18:00"
    assert in_words(None) == ""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_form_the_page_and_the_calendar_of_readers_show_it(signed_in, told, actor):
    browser = signed_in(actor.person)
    assert "3 days after the post at 18:00, Library" in browser.get(f"/series/new?post={told.uuid}").text
    series = begun_from(told, actor, makes="scheduled")
    assert "3 days after the post at 18:00, Library" in browser.get(f"/series/{series.id}").text
    publish_now(posts_of(series)[1], actor=actor, now=database_now())
    db.session.commit()
    begins = at(tomorrow(5), "18:00").strftime("%Y%m%dT%H%M%SZ")
    feed = browser.get("/streams/roads.ics").text
    assert f"DTSTART:{begins}" in feed and "LOCATION:Library" in feed
