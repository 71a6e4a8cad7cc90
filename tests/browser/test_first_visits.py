"""A first visit is light and nothing on it moves; what comes later does what was pressed before it was there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from benchmarks.pages import MOST_BYTES, MOST_SHIFT, measure
from tests.browser.slow_line import slow_line
from tests.browser.test_moving import planned
from tests.browser.test_opening import today_there
from tests.browser.worlds import busy_town_hall, make_town_hall
from tests.conftest import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# So slow that the page is drawn before all of it is read.
SLOW = 8


def held(page, name):
    """Requests of this script, each waiting until it is let go."""
    waiting = []
    page.route(f"**/js/{name}", lambda route: waiting.append(route))
    return waiting


def let_go(page, waiting):
    wait_until(lambda: page.wait_for_timeout(20) or waiting, 8)
    page.wait_for_timeout(100)
    for route in waiting:
        route.continue_()


@pytest.mark.parametrize("path", ["/calendar", "/calendar?view=week", "/calendar?view=list", "/posts/new"])
def test_the_first_view_is_light_and_still(site, path):
    page = site.open(busy_town_hall().kari)
    found = measure(page.context, path)
    assert found["bytes"] <= MOST_BYTES
    assert found["shift"] <= MOST_SHIFT


@pytest.mark.parametrize("view", ["week", "list"])
def test_nothing_moves_on_a_slow_machine_either(site, view):
    hall = busy_town_hall()
    # Days of a line each: lower than any guess, and above the day that is looked at.
    for days in range(-3, 3):
        planned(hall, today_there() + timedelta(days=days))
    page = site.open(hall.kari)
    moved = [measure(page.context, f"/calendar?view={view}", slower=SLOW)["shift"] for _ in range(3)]
    assert moved == [0, 0, 0]


@pytest.mark.parametrize("path", ["/calendar", "/posts/new", "/streams", "/needs", "/", "/streams/roads"])
def test_nothing_moves_where_a_page_comes_in_pieces(site, path):
    page = site.open(busy_town_hall().kari)
    with slow_line(site.base) as base:
        assert measure(page.context, base + path)["shift"] == 0


def test_commands_are_found_and_done_though_they_come_late(site):
    page = site.open(make_town_hall().kari)
    waiting = held(page, "palette.js")
    page.goto("/calendar")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Find and do")).to_be_visible()
    page.keyboard.type("calendar: week")
    page.keyboard.press("Enter")
    let_go(page, waiting)
    page.wait_for_url("**/calendar?view=week")


def test_commands_that_cannot_be_reached_say_so_and_come_with_the_next_press(site):
    page = site.open(make_town_hall().kari)
    page.route("**/js/palette.js", lambda route: route.abort(), times=1)
    page.goto("/streams")
    page.keyboard.press("Control+k")
    expect(page.locator("[data-toast]")).to_contain_text("This could not be loaded. Try again in a moment.")
    expect(page.get_by_role("dialog")).to_have_count(0)
    site.watch(page).expect("ERR_FAILED", times=1)
    page.keyboard.press("Control+k")
    page.keyboard.type("calendar: week")
    page.keyboard.press("Enter")
    page.wait_for_url("**/calendar?view=week")
