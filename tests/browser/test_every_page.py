"""Every page, light and dark, at 1440 and at 390: no barrier that axe knows, one h1, nothing scrolls sideways.

Errors in the console and requests to elsewhere fail every test here, see `watching.py`.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from calendar_app.extensions import db
from calendar_app.people.sessions import end_all
from calendar_app.people.setting_up import first_link, make_link
from calendar_app.planner.asking import VIEWS
from calendar_app.planner.models import SavedView
from calendar_app.times import utcnow
from tests.browser.conftest import meanwhile
from tests.browser.looking import look_at, look_through
from tests.browser.worlds import busy_town_hall, day_of, make_town_hall
from tests.factories import make_person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_coming_in(site):
    link = f"/enter/set-up/{first_link()}"
    page = site.open()
    found = look_through(page, [("sign-in", "/sign-in"), ("set-up", link)])
    page.get_by_label("Organisation").fill("Fjordvik")
    page.locator("form").evaluate("form => { form.noValidate = true; form.requestSubmit() }")
    expect(page.get_by_role("alert")).to_be_focused()
    found += look_at(page, "set-up-refused")
    site.watch(page).expect("status of 422")
    assert found == []


def test_an_invitation_and_a_sign_in_link(site):
    hall = make_town_hall()
    paths = [
        (
            "invitation",
            f"/enter/invitation/{make_link(hall.kari, 'invitation', 1, team=hall.team, role='author')}",
        ),
        ("sign-in-link", f"/enter/sign-in/{make_link(hall.kari, 'sign-in', 1)}"),
    ]
    assert look_through(site.open(), paths) == []


def test_the_calendar(site):
    hall = busy_town_hall()
    for name, shared in (("Roads, what waits", True), ("What I wrote", False)):
        db.session.add(
            SavedView(
                team_id=hall.team.id, person_id=hall.kari.id, name=name, query="view=list", shared=shared
            )
        )
    page = site.open(hall.kari)
    found = look_through(page, [(f"calendar-{view}", f"/calendar?view={view}") for view in VIEWS])
    failed = hall.posts["failed"]
    page.goto(f"/calendar?date={day_of(failed)}")
    page.locator(f'#plan [data-post="{failed.uuid}"]').click()
    expect(page.locator("#peek h2")).to_be_visible()
    found += look_at(page, "calendar-peek")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    found += look_at(page, "calendar-keys")
    page.keyboard.press("Escape")
    page.locator(".filter > summary").click()
    page.locator(".rail .view-change summary").first.click()
    expect(page.locator(".rail .view-change[open]").get_by_label("My calendar opens with it")).to_be_visible()
    found += look_at(page, "calendar-filter")
    assert found == []


def test_the_calendar_before_the_first_post_and_the_first_stream(site):
    hall = make_town_hall()
    page = site.open(hall.kari)
    found = look_through(page, [("calendar-first-steps", "/calendar")])
    expect(page.get_by_text("Your first post in three steps")).to_be_visible()
    with meanwhile():
        for stream in (hall.roads, hall.culture):
            db.session.delete(stream)
    assert found + look_through(page, [("calendar-empty", "/calendar")]) == []


def test_people(site):
    hall = busy_town_hall()
    page = site.open(hall.kari)
    found = look_through(page, [("team", "/team"), ("settings", "/settings")])
    page.get_by_role("textbox", name="Program").fill("Website")
    page.get_by_role("button", name="Make a key").click()
    expect(page.locator("#new-token")).to_be_visible()
    found += look_at(page, "settings-new-key")
    assert found == []


def test_writing_a_post(site):
    hall = busy_town_hall()
    page = site.open(hall.kari)
    states = ("draft", "in_review", "scheduled", "missed", "failed", "withdrawn")
    paths = [(f"post-{state}", f"/posts/{hall.posts[state].uuid}/edit") for state in states]
    assert look_through(page, [("post-new", "/posts/new"), *paths]) == []


def test_what_the_composer_asks_and_refuses(site):
    hall = busy_town_hall()
    draft = hall.posts["draft"]
    page = site.open(hall.kari)
    page.goto("/posts/new?stream=roads")
    page.get_by_label("Date", exact=True).fill("2020-01-01")
    page.get_by_label("Time", exact=True).fill("09:00")
    page.get_by_role("textbox", name="Title", exact=True).fill("Too late")
    page.get_by_role("button", name="Schedule").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found = look_at(page, "post-refused")

    page.goto(f"/posts/{draft.uuid}/edit")
    page.get_by_label("More steps").click()
    found += look_at(page, "post-more-steps")
    with meanwhile():
        draft.version, draft.text = draft.version + 1, "What Ola wrote."
    page.get_by_role("textbox", name="Text", exact=True).fill("What Kari wrote.")
    expect(page.get_by_role("dialog", name="Two texts")).to_be_visible()
    found += look_at(page, "post-two-texts")
    page.get_by_role("button", name="Keep what stands").click()
    with meanwhile():
        end_all(hall.kari, utcnow())
    page.get_by_role("textbox", name="Text", exact=True).fill("Written after twelve hours.")
    expect(page.get_by_role("dialog", name="Sign in again")).to_be_visible()
    found += look_at(page, "post-sign-in-again")
    site.watch(page).expect("status of (401|409|422)")
    assert found == []


def test_what_was_thrown_away(site):
    hall = busy_town_hall()
    page = site.open(hall.kari)
    page.goto(f"/posts/{hall.posts['draft'].uuid}/edit")
    page.get_by_label("More steps").click()
    page.get_by_role("button", name="Throw away").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    found = look_at(page, "post-thrown-away")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("textbox", name="Title", exact=True)).to_have_value("Storgata is closed, part 1")
    assert found == []


def test_reading_a_post_without_the_right_to_write(site):
    hall = busy_town_hall()
    viewer = make_person(hall.team, "viewer", name="Liv Berg")
    page = site.open(viewer)
    assert look_through(page, [("post-read", f"/posts/{hall.posts['scheduled'].uuid}/edit")]) == []


def test_what_readers_see(site):
    hall = busy_town_hall()
    reader = site.open()
    paths = [
        ("follow", "/"), ("follow-chosen", "/?s=roads&s=culture&way=feed"), ("stream-page", "/streams/roads"),
        ("stream-page-empty", "/streams/culture"), ("post-page", f"/posts/{hall.posts['delivered'].uuid}"),
    ]  # fmt: skip
    found = look_through(reader, paths)
    assert reader.goto(f"/posts/{hall.posts['withdrawn'].uuid}").status == 410
    found += look_at(reader, "post-page-withdrawn")
    site.watch(reader).expect("status of 410")
    assert found == []


def test_readers_before_the_first_stream(site):
    assert look_through(site.open(), [("follow-empty", "/")]) == []


def test_errors(site):
    page = site.open()
    assert page.goto("/nothing-here").status == 404
    assert look_at(page, "error-404") == []
    site.watch(page).expect("status of 404")


def test_the_description_of_the_api(site):
    """Its calls are all alike: a few stand for the others."""
    page = site.open()
    page.goto("/api/docs")
    shown = page.locator(".api-call")
    assert shown.count() > 20
    page.evaluate(
        "() => { for (const one of [...document.querySelectorAll('.api-call')].slice(5)) one.remove() }"
    )
    assert look_at(page, "api-docs") == []
