"""Several posts at once, copies, and the way back: one step each, in words, as far back as one likes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from calendar_app.extensions import database_now, db
from calendar_app.posts.models import Post
from tests.browser.conftest import NARROW, meanwhile
from tests.browser.finger import Finger
from tests.browser.looking import layout, look_at
from tests.browser.standing import centre
from tests.browser.test_moving import DAY, open_month, planned, shown, toast, words_of
from tests.browser.worlds import make_town_hall

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def chosen(page):
    return page.locator("[data-many] [data-chosen]")


def days():
    """Title and day of every post, as the database has them."""
    db.session.rollback()
    return sorted((post.title, post.publish_at[:10]) for post in db.session.query(Post))


def moved(first, **titles):
    return sorted((title, f"{DAY + timedelta(days=first + more)}") for title, more in titles.items())


def test_several_are_chosen_go_together_and_one_step_takes_all_back(site):
    hall = make_town_hall()
    posts = {
        title: planned(hall, DAY + timedelta(days=day), title=title)
        for title, day in [("A", 0), ("B", 1), ("C", 2)]
    }
    page = open_month(site, hall)
    shown(page, posts["A"]).click(modifiers=["Control"])
    shown(page, posts["C"]).click(modifiers=["Shift"])
    expect(chosen(page)).to_have_text("3 posts are chosen")
    expect(page.locator("[data-live]")).to_have_text("3 posts are chosen")
    expect(shown(page, posts["B"])).to_have_accessible_description("chosen")
    shown(page, posts["B"]).focus()
    page.keyboard.press("x")
    page.keyboard.press(" ")
    expect(chosen(page)).to_have_text("3 posts are chosen")
    assert look_at(page, "calendar-many") == []

    page.mouse.move(*centre(shown(page, posts["B"])))
    page.mouse.down()
    page.mouse.move(*centre(page.locator(f'#plan [data-day="{DAY + timedelta(days=8)}"]')), steps=8)
    expect(page.locator(".drag-ghost")).to_have_attribute("data-number", "3")
    page.mouse.up()
    expect(toast(page)).to_have_text("3 posts were moved.")
    assert days() == moved(7, A=0, B=1, C=2)
    expect(shown(page, posts["C"], DAY + timedelta(days=9))).to_be_visible()
    with page.expect_response("**/posts/steps") as answer:
        page.keyboard.press("z")
    answer.value.finished()
    expect(shown(page, posts["A"], DAY)).to_be_visible()
    assert days() == moved(0, A=0, B=1, C=2)
    page.keyboard.press("Escape")
    expect(page.locator("[data-many]")).to_be_hidden()


def test_of_many_those_that_cannot_stay_and_are_told_by_name(site):
    hall = make_town_hall()
    free, out, theirs = (planned(hall, title=title) for title in ("Free", "Out", "Theirs"))
    out.state, out.published_at = "published", database_now()
    page = open_month(site, hall, is_told=False)
    for post in (free, out, theirs):
        shown(page, post).click(modifiers=["Control"])
    with meanwhile():
        theirs.version += 1
    page.get_by_label("Day", exact=True).fill(f"{DAY + timedelta(days=3)}")
    page.get_by_role("button", name="Move to this day").click()
    expect(toast(page)).to_contain_text("Moved “Free”")
    expect(toast(page)).to_contain_text("“Out”: “Out” has been published and keeps its day.")
    expect(toast(page)).to_contain_text("“Theirs”: Somebody saved this post")
    assert days() == moved(0, Free=3, Out=0, Theirs=0)


def test_copies_by_key_and_by_dragging_and_a_history_that_leads_back_to_any_point(site):
    hall = make_town_hall()
    post, week = planned(hall), DAY + timedelta(days=7)
    page = open_month(site, hall)
    shown(page, post).focus()
    page.keyboard.press("d")
    expect(toast(page)).to_have_text(f"Duplicated “Halloween” to {words_of(week)}, 10:00, as a draft")
    copies = page.locator("#plan [data-post]")
    expect(copies).to_have_count(2)
    page.mouse.move(*centre(shown(page, post)))
    page.mouse.down()
    page.keyboard.down("Alt")
    page.mouse.move(*centre(page.locator(f'#plan [data-day="{DAY + timedelta(days=1)}"]')), steps=8)
    expect(page.locator(".drag-ghost.is-copy")).to_be_visible()
    page.mouse.up()
    page.keyboard.up("Alt")
    expect(copies).to_have_count(3)
    shown(page, post).click(modifiers=["Control"])
    page.get_by_role("button", name="Throw away").click()
    expect(toast(page)).to_have_text("Threw away “Halloween”")
    expect(copies).to_have_count(2)

    page.reload()
    page.keyboard.press("u")
    steps = page.locator("[data-history-list] li")
    expect(steps).to_have_count(3)
    expect(steps.first).to_contain_text("Threw away “Halloween”")
    assert look_at(page, "calendar-history") == []
    page.get_by_role("button", name="Take back to here").nth(1).click()
    expect(page.locator("[data-history-live]")).to_have_text("2 steps were taken back.")
    expect(page.locator(".history-step.is-undone")).to_have_count(2)
    expect(copies).to_have_count(2)
    page.get_by_role("button", name="Do again to here").first.click()
    expect(page.locator("[data-history-live]")).to_have_text("2 steps were done again.")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[data-history]")).to_be_hidden()
    assert days() == [("Halloween", f"{DAY + timedelta(days=1)}"), ("Halloween", f"{week}")]


def test_with_a_finger_a_long_press_chooses_and_taps_add(site):
    hall = make_town_hall()
    one, two = planned(hall, title="One"), planned(hall, clock="12:00", title="Two")
    page = open_month(site, hall, size=NARROW, has_touch=True, is_mobile=True)
    finger = Finger(page)
    finger.take(*centre(shown(page, one)))
    finger.lift()
    expect(chosen(page)).to_have_text("1 post is chosen")
    page.wait_for_timeout(300)  # what ends a drag is no tap
    shown(page, two).tap()
    expect(chosen(page)).to_have_text("2 posts are chosen")
    assert list(layout(page)) == []
    page.get_by_role("button", name="What to do").tap()
    page.get_by_role("button", name="Move", exact=True).tap()
    expect(toast(page)).to_have_text("2 posts were moved.")
    assert days() == moved(7, One=0, Two=0)
