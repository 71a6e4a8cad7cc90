"""Answers that come late undo nothing of what a person has done meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import meanwhile
from tests.browser.test_moving import DAY, drag, open_month, planned, shown, toast
from tests.browser.test_writing import hold
from tests.browser.worlds import make_town_hall
from tests.conftest import wait_until
from tests.factories import make_person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def held_one(page, held):
    wait_until(lambda: page.wait_for_timeout(20) or held, 5)
    return held.pop()


def test_a_panel_that_was_closed_stays_closed_and_the_post_pressed_last_is_shown(site):
    hall = make_town_hall()
    first, second = planned(hall), planned(hall, clock="12:00", title="Fair")
    page = open_month(site, hall)
    peek = page.locator("#peek")
    held = hold(page, "/peek$")
    shown(page, first).click()
    slow = held_one(page, held)
    shown(page, second).click()
    held_one(page, held).continue_()
    expect(peek.locator("h2")).to_have_text("Fair")
    with page.expect_response("**/peek") as late:
        slow.continue_()
    late.value.finished()
    page.wait_for_timeout(100)  # what it would take to be shown
    expect(peek.locator("h2")).to_have_text("Fair")

    peek.get_by_label("Move to another day").fill(f"{DAY.replace(day=18)}")
    peek.get_by_role("button", name="Move", exact=True).click()
    slow = held_one(page, held)
    page.keyboard.press("Escape")
    expect(peek).to_be_hidden()
    with page.expect_response("**/peek") as late:
        slow.continue_()
    late.value.finished()
    page.wait_for_timeout(100)
    expect(peek).to_be_hidden()


def test_a_menu_that_was_opened_while_the_plan_came_anew_stays_open_with_what_was_typed(site):
    hall = make_town_hall()
    post = planned(hall)
    page = open_month(site, hall, is_told=False)
    held = hold(page, r"/calendar\?")
    drag(page, post, DAY.replace(day=18))
    expect(toast(page)).to_contain_text("Moved")
    slow = held_one(page, held)
    page.locator(".filter > summary").click()
    words = page.get_by_label("Words")
    words.fill("hallow")
    # More than parts is other than it was, so all of the plan comes.
    with meanwhile():
        make_person(hall.team, name="Somebody new")
    with page.expect_response("**/calendar?*") as late:
        slow.continue_()
    late.value.finished()
    page.wait_for_timeout(200)  # what it would take to be shown
    expect(words).to_be_focused()
    expect(words).to_have_value("hallow")
    expect(shown(page, post, DAY.replace(day=18))).to_be_visible()


def test_a_page_that_is_being_left_says_no_more_that_somebody_has_the_post_open(site):
    """What was sent may have thrown it away, and that is told before the next page has come."""
    hall = make_town_hall()
    page = site.open(hall.kari)
    said = []
    page.on(
        "request", lambda request: said.append(request.url) if request.url.endswith("/presence") else None
    )
    page.goto(f"/posts/{planned(hall).uuid}/edit")
    wait_until(lambda: page.wait_for_timeout(20) or said, 5)
    told = """(events) => {
        const post = location.pathname.split("/")[2];
        const detail = { changes: [{ post, kind: "here" }], lost: false };
        const form = document.querySelector("main").appendChild(document.createElement("form"));
        for (const name of events) {
            const at = name === "submit" ? form : document;
            at.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
        }
    }"""
    page.evaluate(told, ["live:changes"])
    wait_until(lambda: page.wait_for_timeout(20) or len(said) > 1, 5)
    before = len(said)
    page.evaluate(told, ["submit", "live:changes"])
    page.wait_for_timeout(200)  # what it would take to say it
    assert len(said) == before
