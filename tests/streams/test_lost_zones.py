"""A stream whose time zone nobody knows: every page and feed of its team stands, and it says what to do."""

import pytest
import sqlalchemy as sa

from calendar_app.extensions import database_now, db
from calendar_app.health.doctor import findings
from calendar_app.planner.asking import VIEWS
from calendar_app.posts.free_slots import free_slots
from calendar_app.streams.models import Stream
from calendar_app.times import LostZone
from tests.api.program import program_of
from tests.factories import make_person, make_post, make_scheduled, make_stream, make_team, plan_for
from tests.planner.plans import utc

NAMED = "“Roads” has a time zone that Sluice does not know: “Europe/Olso”."
DAILY = ["FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0"]


def spoil(table, row, column="timezone", zone="Europe/Olso"):
    """As a hand in the database, or a version that knew other zones, leaves it."""
    where = sa.table(table, sa.column("id"), sa.column(column))
    db.session.execute(sa.update(where).where(where.c.id == row.id).values({column: zone}))
    db.session.commit()
    db.session.expire_all()


@pytest.fixture
def hall(app):
    team = make_team()
    roads, music = (
        make_stream(team, "roads", name="Roads", cadence=DAILY),
        make_stream(team, "music", name="Music"),
    )
    post = make_scheduled(roads, title="Bridge", due_in=7200)
    make_post(music, title="Concert")
    spoil("stream", roads)
    return team, roads, post


@pytest.mark.parametrize("view", VIEWS)
def test_the_calendar_opens_in_every_view_and_names_the_stream_with_the_way_out(hall, signed_in, view):
    page = signed_in(make_person(hall[0])).get(f"/calendar?view={view}")
    assert page.status_code == 200
    assert NAMED in page.text and 'href="/streams/roads/edit#timezone"' in page.text


def test_a_viewer_is_told_who_can_mend_it(hall, signed_in):
    page = signed_in(make_person(hall[0], "viewer")).get("/calendar").text
    assert NAMED in page and "An editor or owner of your team can choose one." in page


def test_every_page_and_feed_of_the_team_stands(hall, signed_in):
    post = hall[2]
    browser = signed_in(make_person(hall[0]))
    paths = [
        *(
            "/",
            "/streams",
            "/streams/roads",
            "/streams/roads/edit",
            "/streams/roads/queue",
            "/needs",
            "/series",
        ),
        *(f"/streams/roads.{form}" for form in ("ics", "atom", "rss", "json")),
        *(
            "/everything.ics",
            "/follow/roads+music.ics",
            "/posts/new?stream=roads",
            "/posts/new?stream=roads&date=2027-01-05",
        ),
        *(f"/posts/{post.uuid}/edit", f"/posts/{post.uuid}/peek", "/calendar/days/2027-01-05"),
    ]
    assert {
        path: browser.get(path).status_code for path in paths if browser.get(path).status_code >= 400
    } == {}
    listed = browser.get("/streams").text
    assert "Its time zone is not known: “Europe/Olso”. Edit the stream and choose one." in listed


def test_zones_of_posts_events_series_and_people_break_nothing_either(hall, signed_in):
    team, roads, post = hall
    post.event_starts_at, post.event_timezone = post.due_at, "Europe/Oslo"
    person = make_person(team)
    db.session.commit()
    for table, row, column in (
        ("post", post, "timezone"),
        ("post", post, "event_timezone"),
        ("person", person, "timezone"),
    ):
        spoil(table, row, column)
    browser = signed_in(person)
    for path in (
        "/calendar",
        f"/posts/{post.uuid}/edit",
        "/streams/roads.ics",
        f"/calendar?post={post.uuid}",
    ):
        assert browser.get(path).status_code == 200, path


def test_what_it_promises_at_an_hour_that_nobody_knows_is_no_slot(hall, signed_in):
    _, roads, post = hall
    assert isinstance(roads.timezone, LostZone) and (roads.timezone, roads.timezone.written) == (
        "UTC",
        "Europe/Olso",
    )
    assert list(free_slots([roads], now=database_now())) == []
    page = signed_in(make_person(hall[0])).get("/calendar?view=list").text
    assert 'class="gap"' not in page


def test_the_form_shows_what_stands_there_and_what_to_write_instead_and_utc_is_a_choice_like_any_other(
    hall, signed_in
):
    browser = signed_in(make_person(hall[0]))
    form = browser.get("/streams/roads/edit").text
    assert 'value="Europe/Olso"' in form
    roads = db.session.scalar(sa.select(Stream).where(Stream.handle == "roads"))
    roads.timezone = "UTC"
    db.session.commit()
    assert NAMED not in browser.get("/calendar").text


def test_the_doctor_names_it(hall, app):
    told = [one for one in findings(app.config["SETTINGS"]) if "roads" in one.text]
    assert [one.wrong for one in told] == [True]
    assert "does not know ('Europe/Olso')" in told[0].text and "/streams/roads/edit#timezone" in told[0].text


def test_its_posts_still_move(hall, signed_in):
    post = hall[2]
    plan_for(post, utc("2027-01-05T09:00"))
    post.state = "draft"
    db.session.commit()
    browser = signed_in(make_person(hall[0]))
    answer = browser.send(
        f"/posts/{post.uuid}/move", {"date": "2027-01-07", "version": post.version}, page="/calendar"
    )
    assert answer.status_code == 303
    assert db.session.get(type(post), post.id).publish_at.startswith("2027-01-07")


def test_programs_read_its_posts_and_its_plan(hall, app):
    api = program_of(app, hall[0])
    for address in (
        "/streams",
        "/streams/roads",
        "/posts",
        "/calendar?from=2027-01-01T00:00:00Z&to=2027-02-01T00:00:00Z",
    ):
        assert api.get(address).status_code == 200, address
