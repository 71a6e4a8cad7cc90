"""From view to view without leaving the page: keys, addresses, Back and Forward, and the focus stays."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from calendar_app.planner.asking import VIEWS
from tests.browser.conftest import NARROW
from tests.browser.looking import layout
from tests.browser.worlds import busy_town_hall, make_town_hall, plan
from tests.factories import make_post

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DAY = (date.today().replace(day=1) + timedelta(days=75)).replace(day=15)  # noqa: DTZ011


def shown(page, view):
    page.wait_for_url(re.compile(f"view={view}"))
    expect(page.locator("#plan")).to_have_attribute("data-view", view)


def test_numbers_change_the_view_in_place_and_back_leads_back(site):
    hall = make_town_hall()
    post = plan(make_post(hall.roads, title="Halloween"), f"{DAY}T10:00")
    page = site.open(hall.kari)
    page.goto(f"/calendar?date={DAY}")
    page.evaluate("() => { window.same = true }")
    for key, view in enumerate(VIEWS, 1):
        page.keyboard.press(str(key))
        shown(page, view)
        expect(page.locator(f'#plan [data-post="{post.uuid}"]')).to_have_count(1)
        expect(page.locator("#plan nav.only-wide [aria-current]")).to_have_attribute("data-go-view", str(key))
    page.go_back()
    shown(page, "list")
    page.go_back()
    shown(page, "day")
    page.go_forward()
    shown(page, "list")
    page.locator("[data-go-view='2']").focus()
    page.keyboard.press("Enter")
    shown(page, "week")
    expect(page.locator("[data-go-view='2']")).to_be_focused()
    page.locator(f'#plan [data-post="{post.uuid}"]').click()
    expect(page.locator("#peek h2")).to_have_text("Halloween")
    page.keyboard.press("]")
    expect(page.locator("#peek")).to_be_hidden()
    page.go_back()
    expect(page.locator("#peek h2")).to_have_text("Halloween")
    assert page.evaluate("() => window.same") is True
    page.reload()
    shown(page, "week")


def test_typing_narrows_the_list_and_the_field_keeps_what_one_types(site):
    hall = make_town_hall()
    for title in ("Bridge closed", "Tunnel open", "Bridge open"):
        plan(make_post(hall.roads, title=title, text=""), f"{DAY}T10:00")
    page = site.open(hall.kari)
    page.goto(f"/calendar?view=list&date={DAY}")
    page.keyboard.press("f")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("bridge")
    expect(page.locator("#list-sum")).to_have_text("2 posts")
    page.keyboard.type(" clo")
    expect(page.locator("#list-sum")).to_have_text("1 post")
    expect(page.locator("#find")).to_be_focused()
    expect(page.locator("#find")).to_have_value("bridge clo")
    page.wait_for_url(re.compile("q=bridge"))
    page.get_by_role("link", name="title", exact=True).click()
    page.wait_for_url(re.compile("sort=title"))
    expect(page.locator("#list-sum")).to_have_text("1 post")


def test_many_are_chosen_and_take_one_step_which_is_undone(site):
    hall = make_town_hall()
    posts = [
        plan(make_post(hall.roads, title=f"Post {number}"), f"{DAY}T1{number}:00") for number in range(4)
    ]
    page = site.open(hall.kari)
    page.goto(f"/calendar?view=list&date={DAY}")
    box = page.locator("[data-choose]")
    expect(page.locator("[data-many]")).to_be_hidden()
    box.nth(0).click()
    box.nth(2).click(modifiers=["Shift"])
    page.locator(f'[data-post="{posts[2].uuid}"]').focus()
    page.keyboard.press("x")
    expect(page.locator("[data-many] [data-chosen]")).to_have_text("2 posts are chosen")
    page.get_by_role("button", name="Throw away").click()
    expect(page.locator("[data-toast-text]")).to_have_text("2 posts were thrown away.")
    expect(page.locator("#list-sum")).to_have_text("2 posts")
    expect(page.locator("[data-many]")).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#list-sum")).to_have_text("4 posts")


def test_on_a_phone_month_week_and_day_are_agendas_and_no_page_goes_sideways(site):
    hall = busy_town_hall()
    page = site.open(hall.kari, size=NARROW)
    for view in VIEWS:
        page.goto(f"/calendar?view={view}")
        assert list(layout(page)) == [], view
        if view in {"month", "week", "day"}:
            post = page.locator("#plan [data-post]").first
            assert post.bounding_box()["width"] > 250, view
    marks = page.locator(".dot-mark")
    assert page.locator(".rows-box").evaluate(
        "box => box.scrollWidth > box.clientWidth && box.clientWidth <= 390"
    )
    assert marks.first.bounding_box()["height"] >= 44
