"""Views under a name: whose they are, who sees them, and the one with which a calendar opens."""

from datetime import timedelta

import pytest

from calendar_app.extensions import database_now, db
from calendar_app.people.roles import actor_for
from calendar_app.planner import keeping
from calendar_app.planner.models import SavedView
from tests.factories import make_person, make_stream, make_team
from tests.planner.test_views import oslo

HERE = "/calendar?view=list&date=2026-12-01&streams=roads&states=draft&q=bridge&sort=title"
QUERY = "view=list&streams=roads&states=draft&q=bridge&sort=title"


@pytest.fixture
def team(app):
    found = make_team()
    make_stream(found, "roads")
    make_stream(found, "schools")
    return found


def save(browser, name, here=HERE, **fields):
    return browser.send(
        "/calendar/views", {"name": name, "here": here, **fields}, page="/calendar?view=month"
    )


def the_view():
    db.session.rollback()
    return db.session.query(SavedView).one()


def test_a_saved_view_keeps_view_and_filters_and_opens_at_today(team, signed_in):
    browser = signed_in(oslo(team))
    answer = save(browser, "  My   drafts ")
    assert (answer.status_code, answer.location) == (303, HERE)
    assert (the_view().name, the_view().query) == ("My drafts", QUERY)
    page = browser.get(f"/calendar?{QUERY}").text
    assert "“My drafts” is saved." in page
    assert 'aria-current="true">My drafts' in page


def test_a_name_is_needed_and_is_there_once(team, signed_in):
    browser = signed_in(oslo(team))
    save(browser, "Drafts")
    for name, sentence in (
        ("", "Give the view a name"), ("x" * 61, "60 characters"), ("Drafts", "named “Drafts” already"),
    ):  # fmt: skip
        save(browser, name)
        assert sentence in browser.get("/calendar?view=month").text
    assert the_view().name == "Drafts"


def test_the_calendar_opens_with_the_chosen_view_wherever_no_other_is_asked_for(team, signed_in):
    browser = signed_in(oslo(team))
    save(browser, "Drafts", opens="on")
    answer = browser.get("/calendar")
    assert (answer.status_code, answer.location) == (303, f"/calendar?{QUERY}")
    assert browser.get("/calendar?view=month").status_code == 200
    change = f"/calendar/views/{the_view().id}"
    browser.send(change, {"name": "Drafts", "here": HERE}, page="/calendar?view=month")
    assert browser.get("/calendar").status_code == 200


def test_a_view_is_private_until_it_is_shared_and_only_its_maker_changes_it(team, signed_in):
    kari, ola = signed_in(oslo(team)), signed_in(oslo(team, "viewer"))
    save(kari, "Drafts")
    path = f"/calendar/views/{the_view().id}"
    assert "Drafts</a>" not in ola.get("/calendar?view=month").text
    assert ola.send(path, {"opens": "on"}, page="/calendar?view=month").status_code == 404

    kari.send(path, {"name": "Our drafts", "shared": "on", "here": HERE}, page="/calendar?view=month")
    assert "Our drafts" in ola.get("/calendar?view=month").text
    assert ola.send(path, {"name": "Mine", "opens": "on"}, page="/calendar?view=month").status_code == 303
    assert (the_view().name, ola.get("/calendar").location) == ("Our drafts", f"/calendar?{QUERY}")
    assert ola.send(f"{path}/removal", {}, page="/calendar?view=month").status_code == 403

    kari.send(path, {"name": "Our drafts", "here": HERE}, page="/calendar?view=month")
    assert ola.get("/calendar").status_code == 200
    assert kari.send(f"{path}/removal", {"here": HERE}, page="/calendar?view=month").location == HERE
    for browser in (kari, ola):
        assert "Our drafts</a>" not in browser.get("/calendar?view=month").text
        assert browser.send(path, {"name": "Back"}, page="/calendar?view=month").status_code == 404


def test_nobody_of_another_team_finds_a_shared_view(team, signed_in):
    save(signed_in(oslo(team)), "Drafts", shared="on")
    number = the_view().id
    other = make_team()
    make_stream(other)
    stranger = signed_in(oslo(other))
    assert (
        "Drafts"
        not in stranger.get("/calendar?view=month").text.split('id="rail-views"')[1].split("</ul>")[0]
    )
    assert stranger.send(f"/calendar/views/{number}", {}, page="/calendar?view=month").status_code == 404
    assert keeping.shown_to(actor_for(make_person(other))) == []


def test_what_leads_elsewhere_leads_to_the_calendar(team, signed_in):
    browser = signed_in(oslo(team))
    for here in ("https://elsewhere.example/", "//elsewhere.example", "/settings", ""):
        answer = save(browser, f"From {here}", here=here)
        assert answer.location == "/calendar"


def test_a_view_that_was_deleted_comes_back_under_its_number_for_whoever_had_it(team, signed_in):
    kari, ola = signed_in(oslo(team)), signed_in(oslo(team, "viewer"))
    save(kari, "Drafts", shared="on", opens="on")
    path = f"/calendar/views/{the_view().id}"
    ola.send(path, {"opens": "on"}, page="/calendar?view=month")
    page = kari.get(kari.send(f"{path}/removal", {"here": HERE}, page="/calendar?view=month").location).text
    assert f'action="{path}/return" data-way-back' in page and "“Drafts” is deleted." in page
    assert [browser.get("/calendar").status_code for browser in (kari, ola)] == [200, 200]
    assert ola.send(f"{path}/return", {}, page="/calendar?view=month").status_code == 404
    told = kari.turn(f"{path}/return", page="/calendar?view=month").json
    assert (told["sentence"], told["back"]) == ("“Drafts” is back.", f"{path}/removal")
    assert kari.send(f"{path}/return", {}, page="/calendar?view=month").status_code == 404
    for browser in (kari, ola):
        assert browser.get("/calendar").location == f"/calendar?{QUERY}"
        assert path in browser.get("/calendar?view=month").text


def test_a_new_view_of_its_name_takes_the_place_of_a_deleted_one(team, signed_in):
    browser = signed_in(oslo(team))
    save(browser, "Drafts")
    browser.send(f"/calendar/views/{the_view().id}/removal", {}, page="/calendar?view=month")
    save(browser, "Drafts", here="/calendar?view=week&date=2026-12-01")
    assert the_view().query == "view=week"


def test_a_deleted_view_is_forgotten_after_a_month(team, signed_in):
    browser = signed_in(oslo(team))
    save(browser, "Drafts")
    browser.send(f"/calendar/views/{the_view().id}/removal", {}, page="/calendar?view=month")
    for days, left in ((29, 1), (31, 0)):
        keeping.forget_removed(database_now() + timedelta(days=days))
        db.session.commit()
        assert db.session.query(SavedView).count() == left
