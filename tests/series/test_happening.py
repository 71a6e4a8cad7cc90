"""The event of a series' posts: repeated with each at the same distance, changed for all, and for one alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from calendar_app.extensions import database_now, db
from calendar_app.planner.moving import Where, put
from calendar_app.planner.stepping import Act, take
from calendar_app.posts.drafting import edit
from calendar_app.posts.event_following import followed
from calendar_app.posts.publishing import publish_now
from calendar_app.posts.values import values_of
from calendar_app.series.editing import begin, change, take_words
from calendar_app.series.happening import event_on, in_words, shifted
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


def test_another_hour_of_all_posts_moves_their_events_as_far_on_the_clocks(told, actor):
    series = begun_from(told, actor)
    _same, settled = change(
        series, {"time": "11:15"}, version=series.version, actor=actor, now=database_now()
    )
    db.session.commit()
    assert (settled.changed, settled.left) == (3, [])
    assert [post.due_at for post in posts_of(series)] == [at(tomorrow(day), "11:15") for day in (0, 2, 4)]
    assert events_of(series) == concerts(3, 5, 7, clock="20:15", until="22:45")
    # They are as the series made them, and go back with it.
    _same, settled = change(
        series, {"time": "09:00"}, version=series.version, actor=actor, now=database_now()
    )
    assert (settled.changed, settled.left, events_of(series)) == (3, [], concerts(3, 5, 7))


def test_from_a_day_on_the_events_of_that_day_and_later_ones_move(told, actor):
    series = begun_from(told, actor)
    later, settled = change(
        series, {"time": "08:00"}, version=series.version, actor=actor, now=database_now(), since=tomorrow(2)
    )
    db.session.commit()
    assert (settled.changed, settled.left) == (2, [])
    assert events_of(series) == concerts(3)
    assert events_of(later) == concerts(5, 7, clock="17:00", until="19:30")


def test_one_that_is_moved_alone_takes_its_event_along_and_keeps_following_the_words(told, actor):
    series = begun_from(told, actor)
    first, second, _third = posts_of(series)
    moved = put(second, Where(at=at(tomorrow(3), "11:00")), version=second.version, actor=actor,
                now=database_now())  # fmt: skip
    assert events_of(series) == [*concerts(3), *concerts(6, clock="20:00", until="22:30"), *concerts(7)]
    edit(first, {"title": "Another concert"}, version=first.version, actor=actor, now=database_now())
    take_words(series, first, actor=actor, now=database_now())
    db.session.commit()
    assert {post.title for post in posts_of(series)} == {"Another concert"}
    # The others go on to another hour; it stays where it was put, and so does its event.
    change(series, {"time": "10:00"}, version=series.version, actor=actor, now=database_now())
    hour = {"clock": "19:00", "until": "21:30"}
    alone = concerts(6, clock="20:00", until="22:30")
    assert events_of(series) == [*concerts(3, **hour), *alone, *concerts(7, **hour)]
    # Its words for all: the others' events are as far from their hour as its own is.
    take_words(series, second, actor=actor, now=database_now())
    assert events_of(series) == [*concerts(3, **hour), *alone, *concerts(7, **hour)]
    put(second, Where(at=moved.before), version=second.version, actor=actor, now=database_now())
    assert events_of(series)[1] == concerts(5)[0]


def test_a_step_in_the_calendar_says_that_the_event_moved_and_takes_it_back(told, actor):
    series = begun_from(told, actor)
    second = posts_of(series)[1]
    asked = {"actor": actor, "now": database_now(), "zone": "Europe/Oslo"}
    done = take([Act("move", second.uuid, second.version, Where(days=1))], **asked).done[0]
    assert done.sentence.endswith("Its event moved along.")
    assert events_of(series)[1] == concerts(6)[0]
    back = Act(done.back.do, second.uuid, done.back.version, Where(at=at(tomorrow(2))))
    take([back], **asked)
    assert events_of(series) == concerts(3, 5, 7)


def test_the_event_of_a_post_of_no_series_stays_where_it_is(told, actor):
    put(told, Where(days=1), version=told.version, actor=actor, now=database_now())
    assert told.event_starts_at == at(tomorrow(3), "18:00")


def test_an_agreement_on_a_post_of_a_series_outlasts_its_move_with_the_event(told, actor):
    series = begun_from(told, actor)
    first = posts_of(series)[0]
    first.home.needs_approval, first.home.approve_again = True, "always"
    first.state = "approved"
    moved = {"publish_at": f"{tomorrow()}T10:00", "timezone": "Europe/Oslo", "fold": None}
    event = values_of(first)["event"]
    along = {**event, "starts_at": f"{tomorrow(3)}T19:00", "ends_at": f"{tomorrow(3)}T21:30"}
    edit(first, {**moved, "event": along}, version=first.version, actor=actor, now=database_now())
    assert first.state == "approved"
    other = {**along, "starts_at": f"{tomorrow(3)}T18:30"}
    edit(first, {"event": other}, version=first.version, actor=actor, now=database_now())
    assert first.state == "in_review"


@pytest.mark.parametrize(
    ("by", "days", "time", "ends_days", "ends_time"),
    [(2, 3, "20:00", 3, "22:30"), (4, 3, "22:00", 4, "00:30"), (-19, 2, "23:00", 3, "01:30")],
)
def test_past_midnight_it_is_another_day(by, days, time, ends_days, ends_time):
    moved = {"days": days, "time": time, "ends_days": ends_days, "ends_time": ends_time}
    assert shifted(CONCERT, timedelta(hours=by)) == {**CONCERT, **moved}
    assert shifted(None, timedelta(hours=by)) is None


def test_it_moves_by_the_clocks_where_they_change_between(told, actor):
    """The post before the night of 29 March, the event after it: an hour on the clocks stays an hour."""
    series = begun_from(told, actor)
    post = posts_of(series)[0]
    post.publish_at, post.due_at = "2026-03-28T09:00", at(date(2026, 3, 28))
    post.event_starts_at, post.event_ends_at = at(date(2026, 3, 29), "01:30"), at(date(2026, 3, 29), "04:00")
    follow = followed(post, at(date(2026, 3, 28), "10:00"))
    # 02:30 is no time of that night: it stands behind the gap.
    night = date(2026, 3, 29)
    assert follow == {"event_starts_at": at(night, "03:30"), "event_ends_at": at(night, "05:00")}


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
