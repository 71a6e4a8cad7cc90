"""After a post has its time, the next promise that nothing keeps is one press away."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from calendar_app.extensions import db
from calendar_app.posts.next_up import next_gap, way_on
from calendar_app.streams.cadence import parse_cadence
from tests.factories import make_person, make_post, make_stream, make_team, plan_for
from tests.posts.pages import form_of, path

# A Monday.
NOW = datetime(2030, 7, 1, 6, 0, tzinfo=UTC)


@pytest.fixture
def database():
    return "sqlite"


@pytest.fixture
def roads(stream):
    stream.cadence, stream.timezone = parse_cadence("daily at 09:00 and 15:00").to_json(), "UTC"
    return stream


def at(day, hour):
    return datetime(2030, 7, day, hour, tzinfo=UTC)


def planned(stream, when):
    post = make_post(stream)
    plan_for(post, when)
    db.session.commit()
    return post


def test_it_is_the_first_promise_of_any_stream_that_nothing_keeps(roads):
    culture = make_stream(
        roads.team,
        "culture",
        name="Culture",
        timezone="UTC",
        cadence=parse_cadence("daily at 12:00").to_json(),
    )
    post = planned(roads, at(1, 9))
    way = way_on(post, NOW)
    assert (way["href"], way["detail"]) == (
        "/posts/new?stream=culture&at=2030-07-01T12:00",
        "Culture, Mon 1 Jul, 12:00",
    )
    # In the place of the nine o'clock post of its day: the afternoon is still promised.
    planned(culture, at(1, 12))
    planned(roads, at(2, 8))
    assert way_on(post, NOW)["href"] == "/posts/new?stream=traffic&at=2030-07-01T15:00"
    planned(roads, at(1, 15))
    assert way_on(post, NOW)["href"] == "/posts/new?stream=culture&at=2030-07-02T12:00"


def test_what_has_passed_is_over_and_what_cannot_be_read_is_left_out(roads):
    make_stream(roads.team, "odd", cadence=["FREQ=EVERY"])
    theirs = make_stream(make_team(), "theirs", cadence=roads.cadence)
    assert next_gap([roads], at(1, 1), at(1, 10)).at == at(1, 15)
    assert way_on(planned(roads, at(1, 9)), NOW)["href"] == "/posts/new?stream=traffic&at=2030-07-01T15:00"
    assert theirs.handle not in way_on(planned(roads, at(1, 15)), NOW)["href"]


def test_a_stream_without_a_promise_gets_one_more_post(stream):
    assert way_on(planned(stream, at(1, 9)), NOW) == {
        "label": "Write the next one",
        "href": "/posts/new?stream=traffic",
    }


def test_scheduling_offers_it_once(browser, roads):
    post = make_post(roads)
    browser.send(
        path(post, "schedule"), form_of(post, publish_date="2030-07-01", publish_time="09:00", timezone="UTC"),
        page=path(post, "edit"),
    )  # fmt: skip
    page = browser.get(path(post, "edit")).text
    assert (
        'href="/posts/new?stream=traffic&amp;at=2030-07-01T15:00" data-next autofocus>Write the next one'
        in page
    )
    assert "Traffic, Mon 1 Jul 2030, 15:00" in page
    assert "Write the next one" not in browser.get(path(post, "edit")).text


def test_a_new_stream_leads_to_its_first_post_or_to_one_more(signed_in, app):
    team = make_team()
    browser = signed_in(make_person(team, "editor"))
    form = {
        "name": "Roads", "handle": "roads", "colour": "plum", "language": "en",
        "timezone": "UTC", "visibility": "public", "public_schedule": "titles",
        "cadence": "daily at 09:00", "grace_minutes": "30", "team": str(team.id),
    }  # fmt: skip
    assert browser.send("/streams/new", form).status_code == 303
    page = browser.get("/streams").text
    day = datetime.now(UTC) + timedelta(hours=15)
    begin = f'href="/posts/new?stream=roads&amp;at={day:%Y-%m-%d}T09:00"'
    assert begin in page and f'href="/streams/new?team={team.id}">Make another stream' in page
    # The guide of the calendar begins at the same time.
    assert begin in browser.get("/calendar").text


def test_a_pressed_day_proposes_a_promise_of_it_that_nothing_keeps(browser, roads):
    def proposed():
        page = browser.get("/posts/new?stream=traffic&date=2030-07-01").text
        return re.search(r'name="publish_time" type="time" value="([^"]*)"', page)[1]

    hours = [proposed()]
    for hour in (9, 15):
        planned(roads, at(1, hour))
        hours.append(proposed())
    assert hours == ["09:00", "15:00", "09:00"]
