"""The whole plan in a member's own calendar, behind a secret address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from calendar_app.extensions import database_now, db
from calendar_app.people import personal_feeds
from calendar_app.people.models import PersonalFeed
from calendar_app.posts.drafting import discard, edit
from calendar_app.posts.publishing import publish_now
from calendar_app.posts.reviewing import send_for_review
from calendar_app.posts.withdrawing import withdraw
from calendar_app.streams.editing import edit_stream
from calendar_app.times import utcnow
from tests.browsing import Browser
from tests.factories import (
    make_actor,
    make_person,
    make_post,
    make_scheduled,
    make_stream,
    make_team,
    plan_for,
)


@pytest.fixture
def reader(app):
    return Browser(app)


@pytest.fixture
def team(app):
    return make_team("Editors")


@pytest.fixture
def member(team):
    return make_person(team, "viewer").memberships[0]


@pytest.fixture
def address(member):
    token = personal_feeds.create(member)
    db.session.commit()
    return f"/team/{token}.ics"


def make_draft(stream, *, days=1, **values):
    post = make_post(stream, **values)
    plan_for(post, database_now() + timedelta(days=days))
    db.session.commit()
    return post


def shown(answer):
    assert answer.status_code == 200, answer.text
    found = {str(event["SUMMARY"]) for event in Calendar.from_ical(answer.data).walk("VEVENT")}
    assert {event.summary for event in IcsCalendarStream.calendar_from_ics(answer.text).events} == found
    return found


def test_it_shows_the_plan_in_all_states(reader, team, address):
    stream = make_stream(team, "roads", name="Roads")
    actor = make_actor(team)
    make_draft(stream, title="Idea")
    send_for_review(make_draft(stream, title="Text"), actor=actor, now=database_now())
    make_scheduled(stream, title="Planned", actor=actor)
    said, wrong = make_draft(stream, title="Said"), make_draft(stream, title="Wrong")
    publish_now(said, actor=actor, now=database_now())
    publish_now(wrong, actor=actor, now=database_now())
    withdraw(wrong, actor=actor, now=database_now())
    make_post(stream, title="Without a time")
    make_draft(make_stream(team, visibility="internal"), title="For staff")
    make_draft(make_stream(), title="Of another team")
    assert shown(reader.get(address)) == {
        "Draft: Idea", "In review: Text", "Scheduled: Planned", "Published: Said", "Withdrawn: Wrong",
        "Draft: For staff",
    }  # fmt: skip


def test_a_post_with_an_event_stands_at_its_publish_time(reader, team, address):
    starts = utcnow() + timedelta(days=30)
    post = make_draft(
        make_stream(team), title="Concert", event_starts_at=starts, event_timezone="Europe/Oslo"
    )
    (event,) = Calendar.from_ical(reader.get(address).data).walk("VEVENT")
    assert event["DTSTART"].dt == post.due_at.replace(microsecond=0)
    assert f"/posts/{post.uuid}/edit" in str(event["URL"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("streams=roads", {"Draft: Roads", "Scheduled: Roads planned"}),
        ("streams=roads+schools&states=draft", {"Draft: Roads", "Draft: Schools"}),
        ("streams=Roads%2Bschools&states=draft%2Bscheduled",
         {"Draft: Roads", "Draft: Schools", "Scheduled: Roads planned"}),
        ("states=scheduled", {"Scheduled: Roads planned"}),
        ("states=in-review", set()),
        ("states=nonsense", set()),
        ("streams=unknown", set()),
        ("streams=&states=", {"Draft: Roads", "Draft: Schools", "Draft: Club", "Scheduled: Roads planned"}),
    ],
)  # fmt: skip
def test_it_can_be_narrowed(reader, team, address, query, expected):
    roads, schools, club = (make_stream(team, handle) for handle in ("roads", "schools", "club"))
    make_draft(roads, title="Roads")
    make_draft(schools, title="Schools")
    make_draft(club, title="Club")
    make_scheduled(roads, title="Roads planned")
    assert shown(reader.get(f"{address}?{query}")) == expected


def test_unknown_is_404_and_switched_off_410(reader, member, address):
    assert reader.get("/team/never-made-by-anybody.ics").status_code == 404
    assert reader.get(address).status_code == 200
    personal_feeds.revoke(db.session.query(PersonalFeed).one())
    assert reader.get(address).status_code == 410


def test_a_new_address_ends_the_one_before(reader, member, address):
    new = personal_feeds.create(member)
    db.session.commit()
    assert [reader.get(path).status_code for path in (address, f"/team/{new}.ics")] == [410, 200]


def test_who_left_the_team_sees_no_more(reader, member, address):
    assert reader.get(address).status_code == 200
    db.session.delete(member)
    assert reader.get(address).status_code == 410


def test_who_was_disabled_sees_no_more(reader, member, address):
    member.person.disabled_at = utcnow()
    assert reader.get(address).status_code == 410


def test_it_is_nobody_elses_to_keep(reader, member, address):
    answers = [reader.get(address), reader.get("/team/never-made-by-anybody.ics")]
    answers.append(reader.get(address, headers={"If-None-Match": answers[0].headers["ETag"]}))
    personal_feeds.revoke(db.session.query(PersonalFeed).one())
    answers.append(reader.get(address))
    assert [answer.status_code for answer in answers] == [200, 404, 304, 410]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Set-Cookie" not in answer.headers


def test_it_is_never_put_on_the_shelf(app, reader, team, address):
    before = dict(app.wsgi_app.kept)
    make_draft(make_stream(team), title="Secret")
    reader.get(address)
    assert dict(app.wsgi_app.kept) == before


def test_the_address_is_masked_in_the_log(app, reader, address, caplog, monkeypatch):
    from calendar_app.logs import JsonLines

    def fails(*_args, **_kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("calendar_app.feeds.team_feed._changed", fails)
    assert reader.get(address).status_code == 500
    token = address.removeprefix("/team/").removesuffix(".ics")
    lines = [JsonLines().format(record) for record in caplog.records]
    assert any("/team/…" in line for line in lines)
    assert not any(token in line for line in lines)


def test_two_fetches_give_the_same_bytes_and_a_304(reader, team, address):
    make_draft(make_stream(team))
    first, again = reader.get(address), reader.get(address)
    assert first.data == again.data
    assert reader.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert (
        reader.get(address, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    )


def test_every_edit_of_a_draft_shows(reader, team, address):
    actor = make_actor(team)
    post = make_draft(make_stream(team), title="Idea")
    (before,) = Calendar.from_ical(reader.get(address).data).walk("VEVENT")
    edit(post, {"title": "Better idea"}, version=post.version, actor=actor, now=database_now())
    (after,) = Calendar.from_ical(reader.get(address).data).walk("VEVENT")
    assert str(after["SUMMARY"]) == "Draft: Better idea"
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["UID"] == before["UID"]


def test_a_new_name_of_a_stream_shows(reader, team, address):
    stream = make_stream(team, name="Roads")
    make_draft(stream)
    assert b"CATEGORIES:Roads" in reader.get(address).data
    edit_stream(stream, {"name": "Streets"}, actor=make_actor(team), now=database_now())
    assert b"CATEGORIES:Streets" in reader.get(address).data


def test_last_modified_moves_when_a_post_is_thrown_away(reader, team, address):
    actor = make_actor(team)
    long_ago = utcnow() - timedelta(days=9)
    team.members[0].created_at = long_ago
    stream = make_stream(team, updated_at=long_ago)
    make_draft(stream, title="Stays", updated_at=long_ago)
    gone = make_draft(stream, title="Goes", updated_at=long_ago)
    before = reader.get(address)
    discard(gone, actor=actor)
    since = {"If-Modified-Since": before.headers["Last-Modified"]}
    assert shown(reader.get(address, headers=since)) == {"Draft: Stays"}


def test_use_is_noted(reader, member, address):
    reader.get(address)
    assert db.session.query(PersonalFeed).one().last_used_at is not None
