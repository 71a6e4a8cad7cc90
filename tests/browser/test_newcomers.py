"""What somebody stumbles over who has never written a post here."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from calendar_app.extensions import db
from calendar_app.posts.models import Post
from tests.browser.conftest import NARROW, WIDE
from tests.browser.looking import look_at
from tests.browser.worlds import make_town_hall, plan
from tests.factories import make_post

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def begin(site):
    page = site.open(make_town_hall().kari)
    page.goto("/posts/new")
    page.get_by_role("textbox", name="Title", exact=True).fill("Carols in the church")
    expect(page).to_have_url(re.compile("/edit$"))
    return page


def test_an_event_just_ticked_is_no_mistake_until_its_fields_are_left(site):
    page = begin(site)
    status, problem = page.locator("span[data-saved]"), page.locator('[data-problem="event.starts_at"]')
    page.get_by_label("It tells of an event").check()
    page.get_by_label("Place").fill("The church")
    page.get_by_role("textbox", name="Title", exact=True).evaluate("field => field.value += '.'")
    with page.expect_response("**/draft") as saved:
        page.get_by_role("textbox", name="Title", exact=True).dispatch_event("input")
    assert saved.value.json()["problems"] == {}
    expect(status).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    expect(problem).to_be_hidden()
    page.get_by_role("textbox", name="Text", exact=True).focus()
    expect(problem).to_be_visible()
    expect(problem).to_contain_text("Choose the day and the time.")
    page.get_by_label("Begins on").fill("2030-12-12")
    page.get_by_label("at", exact=True).first.fill("18:00")
    page.get_by_role("textbox", name="Text", exact=True).focus()
    expect(problem).to_be_hidden()
    expect(status).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    (post,) = db.session.query(Post).all()
    assert (post.event_location, f"{post.event_starts_at:%d %H}") == ("The church", "12 17")


def test_a_post_just_begun_can_be_repeated_and_shown_to_others_without_a_reload(site):
    page = begin(site)
    expect(page.get_by_role("link", name="Share with outsiders")).to_be_visible()
    page.get_by_role("link", name="Repeat this post").click()
    expect(page).to_have_url(re.compile("/series/new"))
    expect(page.get_by_role("main")).to_contain_text("Carols in the church")


def test_an_address_written_as_people_say_it_gets_what_it_lacks_once_its_field_is_left(site):
    page = begin(site)
    link = page.get_by_label("Link optional")
    for typed, stands in [("fjordvik.no/news?a=1", "https://fjordvik.no/news?a=1"), ("http://a.no", "http://a.no"),
                          ("mailto:kari@fjordvik.no", "mailto:kari@fjordvik.no"), ("news", "news")]:  # fmt: skip
        link.fill(typed)
        page.get_by_role("textbox", name="Text", exact=True).focus()
        expect(link).to_have_value(stands)
    expect(page.locator('[data-problem="link"]')).to_contain_text("begins with https://")
    link.fill("fjordvik.no")
    page.get_by_role("textbox", name="Text", exact=True).focus()
    expect(page.locator('[data-problem="link"]')).to_be_hidden()
    expect(page.locator("span[data-saved]")).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    page.reload()
    expect(link).to_have_value("https://fjordvik.no")


def test_after_approving_by_key_the_focus_is_where_the_next_step_is(site):
    hall = make_town_hall()
    hall.roads.needs_approval = True
    post = make_post(hall.roads, state="in_review")
    page = site.open(hall.kari, size=NARROW)
    page.goto(f"/posts/{post.uuid}/edit")
    page.get_by_role("button", name="Approve").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Approved. It can be scheduled now.")).to_be_visible()
    expect(page.locator(".send .state")).to_be_focused()
    expect(page.locator(".send .state")).to_contain_text("It can be scheduled.")
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.dataset.step") == "schedule":
            break
    expect(page.get_by_role("button", name="Schedule")).to_be_focused()
    page.goto(f"/posts/{post.uuid}/edit")
    assert page.evaluate("() => document.activeElement === document.body")


def test_a_time_that_has_passed_is_told_at_its_field_when_it_is_set(site):
    hall = make_town_hall(cadence=["FREQ=DAILY;BYHOUR=9;BYMINUTE=0"])
    page = site.open(hall.kari, size=NARROW)
    page.goto("/posts/new?stream=roads")
    day, told = page.get_by_label("Date", exact=True), page.locator("#time-passed")
    expect(told).to_be_empty()
    day.fill("2024-05-06")
    page.get_by_label("Time", exact=True).fill("10:00")
    expect(told).to_contain_text("This time has passed. It was")
    assert told.get_attribute("role") == "status"
    for field in (day, page.get_by_label("Time", exact=True)):
        assert "time-passed" in field.get_attribute("aria-describedby").split()
    below = told.bounding_box()["y"] - day.bounding_box()["y"] - day.bounding_box()["height"]
    assert 0 < below < 60, below
    assert page.get_by_text("This time has passed.").count() == 1
    expect(page.locator("span[data-saved]")).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    assert look_at(page, "composer-passed") == []
    day.fill("2030-05-06")
    expect(told).to_be_empty()
    page.goto("/posts/new?stream=roads&date=2024-05-06")
    expect(told).to_contain_text("This time has passed.")


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_after_the_first_scheduling_it_is_said_what_comes_next_and_where_to_see_it(site, size):
    hall = make_town_hall()
    posts = [plan(make_post(hall.roads, title=title, text="Soon."), "2030-05-06T10:00") for title in "AB"]
    page = site.open(hall.kari, size=size)
    page.goto(f"/posts/{posts[0].uuid}/edit")
    page.get_by_role("button", name="Schedule").click()
    told = page.locator(".flashes")
    expect(told).to_contain_text("Scheduled for Mon 6 May 2030, 10:00")
    expect(told).to_contain_text("It is your first, and goes out by itself")
    problems = look_at(page, "first-scheduled")
    page.set_viewport_size(size)
    told.get_by_role("link", name="See it in the calendar").click()
    expect(page.locator("#d-2030-05-06")).to_be_in_viewport()
    expect(page.locator(f'#d-2030-05-06 [data-post="{posts[0].uuid}"]')).to_be_visible()
    page.goto(f"/posts/{posts[1].uuid}/edit")
    page.get_by_role("button", name="Schedule").click()
    expect(told.get_by_role("link", name="See it in the calendar")).to_be_visible()
    expect(told).not_to_contain_text("It is your first")
    assert problems == []
