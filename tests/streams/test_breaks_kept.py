"""Holidays, pauses, quiet hours and floods where people meet them: form, API, calendar, composer, readers' page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from calendar_app.extensions import database_now, db
from calendar_app.posts.free_slots import free_slots
from calendar_app.posts.scheduling import next_free_slot
from calendar_app.posts.values import values_of
from calendar_app.streams.cadence import parse_cadence
from calendar_app.times import to_utc, to_wall
from tests.api.program import program_of
from tests.factories import make_account, make_person, make_post, make_stream, make_team, plan_for
from tests.posts.test_writing_views import Script

ROWS = {
    "exception_first": ["2027-05-17", ""], "exception_last": ["", ""], "exception_times": ["12:00", ""],
    "exception_note": ["Constitution Day", ""], "pause_first": ["2027-07-01", ""], "pause_last": ["2027-07-31", ""],
    "pause_note": ["Summer", ""], "pause_told": ["1", ""], "quiet_since": ["22:00", ""], "quiet_until": ["07:00", ""],
    "near_minutes": "45", "flood_posts": "2", "flood_hours": "12",
}  # fmt: skip
KEPT = {
    "exceptions": [{"first": "2027-05-17", "last": "2027-05-17", "times": ["12:00"], "note": "Constitution Day"}],
    "pauses": [{"first": "2027-07-01", "last": "2027-07-31", "note": "Summer", "told": True}],
    "quiet_hours": [{"since": "22:00", "until": "07:00"}],
    "near_minutes": 45, "flood_posts": 2, "flood_hours": 12,
}  # fmt: skip


@pytest.fixture
def stream(app):
    return make_stream(
        make_team(),
        "traffic",
        name="Traffic",
        cadence=parse_cadence("daily at 09:00").to_json(),
        language="en",
    )


@pytest.fixture
def browser(signed_in, stream):
    return signed_in(make_person(stream.team, "owner"))


def day(now, days, clock):
    """A moment by the clocks of Oslo, so many days from now."""
    wall = to_wall(now, "Europe/Oslo").date() + timedelta(days=days)
    return to_utc(datetime.fromisoformat(f"{wall}T{clock}"), "Europe/Oslo", fold=0)


def planned(stream, at, **values):
    post = make_post(stream, **values)
    plan_for(post, at)
    db.session.commit()
    return post


def test_the_form_keeps_them_shows_them_again_and_answers_with_the_slots_that_are_left(browser, stream):
    page = browser.get("/streams/traffic/edit").text
    form = {
        "name": "Traffic",
        "language": "en",
        "timezone": "Europe/Oslo",
        "colour": "tide",
        "grace_minutes": "60",
    }
    answer = browser.send("/streams/traffic/edit", {**form, "cadence": "daily at 09:00", **ROWS})
    assert answer.status_code == 303, answer.text
    db.session.refresh(stream)
    assert {name: getattr(stream, name) for name in KEPT} == KEPT
    shown = browser.get("/streams/traffic/edit").text
    assert 'value="Constitution Day"' in shown and 'value="2027-07-31"' in shown and "break-more" in page
    now = database_now()
    rows = f"&pause_first={day(now, -1, '12:00'):%Y-%m-%d}&pause_last=&pause_note=&pause_told="
    told = browser.get(f"/streams/slots?cadence=daily+at+09:00&timezone=Europe/Oslo{rows}").text
    assert "This offers no slot" in told
    wrong = browser.send("/streams/traffic/edit", {**form, "quiet_since": "22:00", "quiet_until": "22:00"})
    assert wrong.status_code == 422 and 'id="quiet_hours-error"' in wrong.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_programs_send_and_read_them(app, stream):
    api = program_of(app, stream.team)
    told = api.patch("/streams/traffic", KEPT)
    assert (told.status_code, {name: told.json[name] for name in KEPT}) == (200, KEPT)
    assert (
        api.patch("/streams/traffic", {"quiet_hours": [{"since": "9", "until": "10:00"}]}).status_code == 422
    )
    for hour in (10, 11, 12):
        planned(stream, datetime(2027, 5, 17, hour - 2, tzinfo=UTC))
    window = api.get("/calendar?from=2027-05-16T22:00:00Z&to=2027-07-31T22:00:00Z").json
    assert [slot["wall"] for slot in window["slots"] if slot["wall"] < "2027-05-18"] == ["2027-05-17T12:00"]
    assert max(slot["wall"] for slot in window["gaps"]) == "2027-06-30T09:00"
    assert window["floods"] == [
        {"stream": "traffic", "since": "2027-05-17T08:00:00Z", "until": "2027-05-17T10:00:00Z", "posts": 3}
    ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_pause_is_seen_in_calendar_list_and_by_followers_and_no_slot_lies_in_it(browser, stream, client):
    now = database_now()
    last = to_wall(day(now, 3, "12:00"), "Europe/Oslo").date()
    stream.pauses = [{"first": "2026-01-01", "last": last.isoformat(), "note": "Winter leave", "told": True}]
    db.session.commit()
    free = day(now, 4, "09:00")
    assert free_slots([stream], now=now)[0].at == free == next_free_slot(make_post(stream), now=now)
    assert "“Traffic” pauses." in browser.get("/calendar").text
    assert "pauses until" in browser.get("/streams").text
    page = client.get("/streams/traffic").text
    assert "This stream pauses until" in page and "Winter leave" in page
    stream.pauses = [{**stream.pauses[0], "told": False}]
    db.session.commit()
    assert "Winter leave" not in client.get("/streams/traffic").text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_composer_warns_of_all_of_it_and_offers_a_way_out(browser, stream):
    now = database_now()
    script = Script(browser, browser.form_token("/posts/new"))
    account = make_account(stream.team, name="Town screen", streams=[stream])
    others = [make_stream(stream.team, name=name) for name in ("Schools", "Culture", "Water")]
    others[0].accounts.append(account)
    stream.quiet_hours, stream.flood_posts = [{"since": "22:00", "until": "07:00"}], 2
    stream.pauses = [{"first": f"{day(now, 5, '12:00'):%Y-%m-%d}", "last": "", "note": "", "told": False}]
    at = day(now, 5, "23:00")
    for other in others:
        planned(other, at + timedelta(minutes=2))
    for minutes in (60, 120):
        planned(stream, at - timedelta(minutes=minutes))
    post = planned(stream, at, event_starts_at=at, event_timezone="Europe/Oslo")
    planned(others[0], day(now, 8, "12:00"), title="Concert", event_starts_at=at + timedelta(minutes=30),
            event_timezone="Europe/Oslo")  # fmt: skip
    page = script.post("/posts/preview", uuid=post.uuid, **values_of(post)).text
    for said in ("Two posts in one place.", "Many streams speak at once.", "Another event at the same time.",
                 "“Concert” begins at", "Much at once in “Traffic”.", "In the quiet hours of “Traffic”.",
                 "“Traffic” pauses.", "Move it to"):  # fmt: skip
        assert said in page, said
    assert f'data-slot="{to_wall(day(now, 6, "07:00"), "Europe/Oslo"):%Y-%m-%dT%H:%M}"' in page
    assert "3 posts within 24 hours" in page


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_silence_is_told_with_its_first_slot_and_nothing_is_blocked(browser, stream):
    now = database_now()
    script = Script(browser, browser.form_token("/posts/new"))
    post = planned(stream, day(now, 6, "09:00"))
    page = script.post("/posts/preview", uuid=post.uuid, **values_of(post)).text
    assert "“Traffic” is silent until then." in page and "Take the free slot on" in page
    calendar = browser.get(f"/calendar?view=week&date={day(now, 30, '12:00'):%Y-%m-%d}").text
    assert "“Traffic” is silent." in calendar and "7 posts are promised here" in calendar
    for hour in ("10:00", "11:00", "12:00", "13:00", "14:00"):
        planned(stream, day(now, 30, hour))
    crowded = browser.get(f"/calendar?view=week&date={day(now, 30, '12:00'):%Y-%m-%d}").text
    assert "Much at once in “Traffic”." in crowded and "is silent." not in crowded
