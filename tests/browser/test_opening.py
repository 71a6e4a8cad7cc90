"""The calendar opens at today, and what it warns of leaves the screen to the plan."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from calendar_app.times import to_wall, utcnow
from tests.browser.conftest import NARROW
from tests.browser.looking import look_at
from tests.browser.test_moving import DAY, planned
from tests.browser.test_tongues import SHIFTS
from tests.browser.worlds import WEEKDAYS, ZONE, make_town_hall, plan
from tests.factories import make_post, make_stream

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# So low that no week of the month is in view without going there, not even the first.
LOW = {"width": 1440, "height": 260}
SEEN = "one => { const box = one.getBoundingClientRect(); return box.top < innerHeight && box.bottom > 0; }"


def today_there():
    """On the clocks of the calendar, which may be a day ahead."""
    return to_wall(utcnow(), ZONE).date()


def opened(site, path="/calendar", **options):
    page = site.open(make_town_hall().kari, **options)
    page.add_init_script(SHIFTS)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize(("view", "width"), [("month", 1440), ("list", 1440), ("month", 390), ("week", 390)])
def test_today_is_in_view_without_a_jump_and_the_focus_stays_where_it_was(site, view, width):
    hall = make_town_hall()
    planned(hall, today_there())
    page = site.open(hall.kari, size={**LOW, "width": width})
    page.add_init_script(SHIFTS)
    page.goto(f"/calendar?view={view}")
    page.wait_for_load_state("networkidle")
    today = page.locator(".day-today, .list-today, .hour-day.now")
    assert today.evaluate(SEEN)
    assert page.evaluate("document.activeElement === document.body")
    assert page.evaluate("window.shifted") < 0.01


def test_a_week_and_a_day_open_where_work_is(site):
    page = opened(site, "/calendar?view=week", size=LOW)
    place = (
        page.locator(".hour-now") if page.locator(".hour-now").count() else page.locator('[data-hour="08"]')
    )
    assert place.first.evaluate(SEEN)
    page.goto(f"/calendar?view=day&date={DAY}")
    assert page.locator('[data-hour="08"]').evaluate(SEEN)


def test_whoever_comes_back_finds_the_place_they_left(site):
    page = opened(site, size=LOW)
    expect(page.locator(".day-today")).to_be_visible()
    assert page.evaluate("scrollY") > 0
    page.evaluate("scrollTo(0, 0)")
    page.goto("/streams")
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("scrollY") == 0


def test_another_month_begins_at_its_top_and_t_leads_back_to_today(site):
    page = opened(site, f"/calendar?date={DAY}", size=LOW)
    assert page.evaluate("scrollY") == 0
    page.keyboard.press("t")
    today = page.locator(".day-today")
    expect(today).to_be_visible()
    page.wait_for_function("scrollY > 0")
    assert today.evaluate(SEEN)


def test_an_address_that_names_a_post_stays_where_the_post_is_read(site):
    hall = make_town_hall()
    post = planned(hall, today_there())
    page = site.open(hall.kari, size=LOW)
    page.goto(f"/calendar?post={post.uuid}")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("scrollY") == 0


def warned():
    """Three streams are silent, in one there is too much, in another two posts are close together."""
    hall = make_town_hall()
    for number in range(3):
        make_stream(hall.team, name=f"Silent stream number {number}", cadence=WEEKDAYS)
    for hour in range(8, 14):
        planned(hall, clock=f"{hour:02}:00", title=f"At {hour}")
    for minute in (10, 20):
        plan(make_post(hall.culture), f"{DAY + timedelta(days=1)}T10:{minute}")
    return hall


@pytest.mark.parametrize(("size", "most"), [({"width": 1440, "height": 900}, 56), (NARROW, 96)])
def test_all_warnings_are_one_line_that_opens_and_stays_open(site, size, most):
    hall = warned()
    page = site.open(hall.kari, size=size)
    page.goto(f"/calendar?date={DAY}")
    box = page.locator("details.asides")
    assert box.bounding_box()["height"] <= most
    expect(box).to_contain_text("3 streams are silent")
    expect(page.get_by_text("“Silent stream number 0” is silent.")).to_be_hidden()
    box.locator("summary").focus()
    page.keyboard.press("Enter")
    notes = box.locator(".plan-note strong")
    expect(notes.first).to_be_visible()
    assert notes.all_inner_texts()[:3] == [
        "“Silent stream number 0” is silent.", "Much at once in “Road works”.", "Close together in “Culture”.",
    ]  # fmt: skip
    expect(box.get_by_role("button", name="Fill the gaps")).to_have_count(3)
    post = page.locator("#plan .day [data-post]").first
    post.focus()
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("[data-toast-text]")).to_contain_text("Moved")
    expect(notes.first).to_be_visible()


def test_the_line_of_warnings_is_for_everybody(site):
    page = site.open(warned().kari)
    page.goto(f"/calendar?date={DAY}")
    page.locator("details.asides summary").click()
    assert look_at(page, "warnings") == []
