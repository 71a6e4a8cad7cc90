"""What lies above and over the plan takes one line until somebody opens it, and covers nothing that is needed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from calendar_app.extensions import database_now, db
from calendar_app.posts.models import Post
from tests.browser.conftest import NARROW, WIDE, meanwhile
from tests.browser.looking import look_at
from tests.browser.test_moving import DAY, open_month, planned, shown, toast
from tests.browser.worlds import make_town_hall
from tests.factories import make_post, plan_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def waiting(hall):
    """As many posts that wait for a person as the line names."""
    for number, state in enumerate(
        ("in_review", "missed", "in_review", "in_review", "missed", "in_review", "missed")
    ):
        post = make_post(hall.roads, title=f"Storgata is closed for a long while, part {number}")
        plan_for(post, database_now() + timedelta(hours=number - 20 if state == "missed" else number + 1))
        post.state = state
    db.session.commit()


@pytest.mark.parametrize(("size", "most"), [(NARROW, 56), (WIDE, 44)])
def test_what_waits_for_a_person_is_one_line_that_opens_and_stays_as_it_was_left(site, size, most):
    hall = make_town_hall()
    waiting(hall)
    page = site.open(hall.kari, size=size)
    page.goto("/calendar")
    line, first = page.locator(".needs summary"), page.locator(".need").first
    expect(line).to_contain_text("Waits for a person")
    assert page.locator(".needs").bounding_box()["height"] <= most
    expect(first).to_be_hidden()
    problems = look_at(page, "calendar-needs-closed")
    page.set_viewport_size(size)
    line.focus()
    page.keyboard.press("Enter")
    expect(first).to_be_visible()
    problems += look_at(page, "calendar-needs-open")
    page.set_viewport_size(size)
    page.reload()
    expect(first).to_be_visible()
    line.click()
    expect(first).to_be_hidden()
    page.wait_for_function("() => document.cookie.includes('needs=closed')")
    page.goto("/calendar?view=list")
    expect(first).to_be_hidden()
    assert problems == []


@pytest.mark.parametrize("locale", ["en", "nb", "sv"])
def test_the_line_for_many_says_in_full_how_many_there_are(site, locale):
    hall = make_town_hall()
    with meanwhile():
        hall.kari.locale = locale
        posts = [planned(hall, title=f"Post {number}") for number in range(3)]
    page = site.open(hall.kari, size=NARROW, locale=locale)
    page.goto(f"/calendar?date={DAY}")
    for post in posts:
        shown(page, post).click(modifiers=["Control"])
    bar = page.locator("[data-many]")
    assert bar.bounding_box()["height"] <= 60
    parts = bar.locator(".many-top > *")
    over = parts.evaluate_all(
        "all => all.map(one => Math.max(one.scrollWidth - one.clientWidth, one.scrollHeight - one.clientHeight))"
    )
    assert max(over) <= 1, over


def test_for_many_there_is_one_line_with_a_menu_on_a_phone(site):
    hall = make_town_hall()
    one, two = planned(hall, title="One"), planned(hall, clock="12:00", title="Two")
    page = open_month(site, hall, size=NARROW)
    for post in (one, two):
        shown(page, post).click(modifiers=["Control"])
    bar, menu = page.locator("[data-many]"), page.locator("#many-menu")
    opens = bar.get_by_role("button", name="What to do")
    assert bar.bounding_box()["height"] <= 60
    expect(menu).to_be_hidden()
    opens.click()
    expect(opens).to_have_attribute("aria-expanded", "true")
    expect(menu).to_be_visible()
    assert menu.bounding_box()["y"] >= 0
    problems = look_at(page, "calendar-many-menu")
    page.set_viewport_size(NARROW)
    opens.focus()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(opens).to_be_focused()
    page.keyboard.press("Enter")
    menu.get_by_role("button", name="Without a time").click()
    expect(toast(page)).to_have_text("2 posts have no time any more.")
    expect(menu).to_be_hidden()
    box, below = page.locator("[data-toast]").bounding_box(), bar.bounding_box()
    assert not below or box["y"] + box["height"] <= below["y"]
    db.session.rollback()
    assert {post.due_at for post in db.session.query(Post)} == {None}
    page.get_by_role("button", name="Undo").click()
    expect(shown(page, one, DAY)).to_be_visible()
    assert problems == []


def test_a_message_does_not_cover_the_button_that_saves_a_view(site):
    hall = make_town_hall()
    with meanwhile():
        post = planned(hall)
    page = open_month(site, hall, size=NARROW)
    shown(page, post).focus()
    page.keyboard.press("d")
    expect(toast(page)).to_be_visible()
    page.locator("details.filter > summary").click()
    save = page.locator("#menu-views").get_by_text("Save this view")
    save.scroll_into_view_if_needed()
    said = page.locator("[data-toast]").bounding_box()
    box = save.bounding_box()
    assert box["y"] + box["height"] <= said["y"], (box, said)
    save.click()
    page.locator("#menu-views").get_by_label("Name").last.fill("My month")
    page.locator("#menu-views").get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".flashes")).to_contain_text("My month")
