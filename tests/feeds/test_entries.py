"""What readers are told of a post: published, planned, withdrawn, called off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from calendar_app.extensions import database_now, db
from calendar_app.posts.drafting import edit
from calendar_app.posts.scheduling import unschedule
from calendar_app.posts.withdrawing import withdraw
from calendar_app.times import utcnow
from tests.factories import make_actor, make_post, make_scheduled, make_stream, make_team
from tests.feeds.reading import FORMS, events, make_published, titles


def test_a_published_post_with_an_event_stands_at_its_time(reader):
    stream = make_stream(handle="culture")
    starts = datetime(2031, 5, 1, 17, tzinfo=UTC)
    make_published(stream, title="Concert", event_starts_at=starts, event_ends_at=starts + timedelta(hours=2),
                   event_timezone="Europe/Oslo", event_location="Town hall")  # fmt: skip
    (event,) = events(reader.get("/streams/culture.ics"))
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (starts, starts + timedelta(hours=2))
    assert (str(event["LOCATION"]), str(event["TRANSP"])) == ("Town hall", "OPAQUE")


def test_a_withdrawn_post_is_cancelled_and_leaves_the_readers(reader):
    stream = make_stream(handle="roads")
    actor = make_actor(stream.team)
    post = make_published(stream, title="Wrong", actor=actor)
    (before,) = events(reader.get("/streams/roads.ics"))
    withdraw(post, actor=actor, now=database_now())
    (after,) = events(reader.get("/streams/roads.ics"))
    assert after["UID"] == before["UID"]
    assert (str(before["STATUS"]), str(after["STATUS"])) == ("CONFIRMED", "CANCELLED")
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt
    tree = etree.fromstring(reader.get("/streams/roads.atom").data)
    (deleted,) = tree.findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert deleted.get("ref").endswith(f":post/{post.uuid}")
    assert [titles(form, reader.get(f"/streams/roads.{form}").data) for form in ("rss", "json")] == [[], []]


@pytest.mark.parametrize(("age", "told"), [(29, 1), (31, 0)])
def test_a_withdrawal_is_told_for_thirty_days(reader, age, told):
    stream = make_stream(handle="roads")
    past = utcnow() - timedelta(days=60)
    make_post(
        stream, state="withdrawn", published_at=past, revision=2, withdrawn_at=utcnow() - timedelta(days=age)
    )
    assert len(events(reader.get("/streams/roads.ics"))) == told
    assert reader.get("/streams/roads.atom").data.count(b"deleted-entry") == told


def test_a_post_moved_to_another_stream_leaves_the_first(reader):
    team = make_team()
    roads, _ = make_stream(team, "roads"), make_stream(team, "schools")
    actor = make_actor(team)
    post = make_published(roads, title="Moved", actor=actor)
    assert [titles(form, reader.get(f"/streams/roads.{form}").data) for form in FORMS] == [["Moved"]] * 4
    edit(post, {"streams": ["schools"]}, version=post.version, actor=actor, now=database_now())
    assert [titles(form, reader.get(f"/streams/roads.{form}").data) for form in FORMS] == [[]] * 4
    assert [titles(form, reader.get(f"/streams/schools.{form}").data) for form in FORMS] == [["Moved"]] * 4


@pytest.mark.parametrize(
    ("schedule", "shown"), [("titles", ["Planned: Road works"]), ("times", ["Planned post"]), ("nothing", [])]
)
def test_a_plan_shows_what_its_stream_reveals(reader, schedule, shown):
    stream = make_stream(handle="roads", public_schedule=schedule)
    make_scheduled(
        stream, title="Road works", text="Nobody may read this yet", link="https://example.org/secret"
    )
    answer = reader.get("/streams/roads.ics")
    assert titles("ics", answer.data) == shown
    assert b"Nobody" not in answer.data
    assert b"secret" not in answer.data
    assert [titles(form, reader.get(f"/streams/roads.{form}").data) for form in ("atom", "rss", "json")] == [
        []
    ] * 3


def test_the_most_careful_stream_decides_what_a_plan_shows(reader):
    team = make_team()
    open_one, careful = make_stream(team, "open"), make_stream(team, "careful", public_schedule="times")
    make_scheduled(open_one, careful, title="Secret name")
    make_scheduled(open_one, make_stream(team, "staff", visibility="internal"), title="With staff")
    assert titles("ics", reader.get("/streams/open.ics").data) == ["Planned post"]


def test_a_plan_that_is_called_off_is_cancelled(reader):
    stream = make_stream(handle="roads")
    actor = make_actor(stream.team)
    post = make_scheduled(stream, title="Road works", actor=actor)
    (before,) = events(reader.get("/streams/roads.ics"))
    assert str(before["STATUS"]) == "TENTATIVE"
    unschedule(post, actor=actor, now=database_now())
    (after,) = events(reader.get("/streams/roads.ics"))
    assert (str(after["STATUS"]), str(after["SUMMARY"])) == ("CANCELLED", "Withdrawn: Road works")
    assert (after["UID"], after["DTSTART"].dt) == (before["UID"], before["DTSTART"].dt)
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_what_is_written_after_a_plan_was_called_off_stays_inside(reader):
    stream = make_stream(handle="roads")
    actor = make_actor(stream.team)
    post = make_scheduled(stream, title="Road works", actor=actor)
    (before,) = events(reader.get("/streams/roads.ics"))
    unschedule(post, actor=actor, now=database_now())
    edit(
        post,
        {"title": "Top secret", "publish_at": None},
        version=post.version,
        actor=actor,
        now=utcnow() + timedelta(seconds=5),
    )
    db.session.commit()
    (after,) = events(reader.get("/streams/roads.ics"))
    assert (str(after["STATUS"]), str(after["SUMMARY"])) == ("CANCELLED", "Withdrawn post")
    assert after["DTSTART"].dt == before["DTSTART"].dt


def test_a_draft_called_off_that_no_calendar_ever_held_stays_inside(reader):
    stream = make_stream(handle="roads")
    actor = make_actor(stream.team)
    post = make_scheduled(stream, title="Road works", actor=actor)
    unschedule(post, actor=actor, now=database_now())
    edit(
        post, {"title": "Top secret"}, version=post.version, actor=actor, now=utcnow() + timedelta(seconds=5)
    )
    assert events(reader.get("/streams/roads.ics")) == []
