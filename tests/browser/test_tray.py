"""Posts without a time lie above every view: into the plan and out of it by mouse, finger and keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from calendar_app.extensions import db
from calendar_app.posts.models import Post
from tests.browser.conftest import NARROW, meanwhile
from tests.browser.finger import Finger
from tests.browser.looking import look_at
from tests.browser.standing import centre
from tests.browser.test_moving import DAY, open_month, planned, shown, toast, words_of
from tests.browser.test_moving_hours import open_view, quarter
from tests.browser.worlds import make_town_hall
from tests.conftest import wait_until
from tests.factories import make_person, make_post, make_scheduled

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def line(page):
    return page.locator("#tray summary")


def lying(page, post):
    return page.locator(f'#tray [data-post="{post.uuid}"]')


def due_of(post):
    db.session.rollback()
    return db.session.get(Post, post.id).publish_at


def take_up(page, link):
    page.mouse.move(*centre(link))
    page.mouse.down()


def test_the_mouse_drags_from_the_tray_to_a_day_and_z_takes_the_time_away_again(site):
    hall = make_town_hall()
    post = make_post(hall.roads, title="Halloween")
    page = open_month(site, hall)
    expect(line(page)).to_have_text("1 post without a time")
    expect(lying(page, post)).to_be_hidden()
    line(page).click()
    take_up(page, lying(page, post))
    page.mouse.move(*centre(page.locator(f'#plan [data-day="{DAY}"]')), steps=10)
    expect(page.locator(".tray-drop")).to_be_hidden()
    page.mouse.up()
    expect(toast(page)).to_have_text(f"Moved “Halloween” to {words_of(DAY)}, 09:00")
    expect(shown(page, post, DAY)).to_be_visible()
    expect(line(page)).to_have_count(0)
    assert due_of(post) == f"{DAY}T09:00:00"
    page.keyboard.press("z")
    expect(toast(page)).to_have_text("“Halloween” has no time any more")
    expect(lying(page, post)).to_be_visible()
    page.keyboard.press("Shift+Z")
    expect(shown(page, post, DAY)).to_be_visible()
    wait_until(lambda: due_of(post) == f"{DAY}T09:00:00", 5)


def test_what_is_dragged_onto_the_field_loses_its_time_and_a_scheduled_post_comes_back_scheduled(site):
    hall = make_town_hall()
    # Not at an edge of the week, and not over before the test is.
    post = make_scheduled(hall.roads, title="Halloween", due_in=86_400 * 30)
    planned_for = due_of(post)
    page = site.open(hall.kari)
    page.goto(f"/calendar?date={planned_for[:10]}")
    take_up(page, shown(page, post))
    page.mouse.move(*centre(shown(page, post)), steps=2)
    page.mouse.move(600, 500, steps=4)
    field = page.locator(".tray-drop")
    expect(field).to_be_visible()
    page.mouse.move(*centre(field), steps=6)
    expect(page.locator(".drag-hint")).to_have_text("Loses its time")
    page.mouse.up()
    expect(toast(page)).to_have_text(
        "“Halloween” has no time any more and goes out no more by itself. Now: draft"
    )
    expect(line(page)).to_have_text("1 post without a time")
    assert due_of(post) is None
    page.keyboard.press("z")
    expect(toast(page)).to_have_text("“Halloween” is scheduled again")
    expect(shown(page, post)).to_have_attribute("data-state", "scheduled")
    assert due_of(post)[:16] == planned_for[:16]


def test_by_keyboard_into_the_plan_and_out_of_it(site):
    hall = make_town_hall()
    post = make_post(hall.roads, title="Halloween")
    page = open_view(site, hall, "week")
    line(page).focus()
    page.keyboard.press("Enter")
    lying(page, post).focus()
    page.keyboard.press("m")
    expect(toast(page)).to_contain_text(f"Move “Halloween” to {DAY:%A} {DAY.day} {DAY:%B}, 09:00.")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(toast(page)).to_have_text(f"Moved “Halloween” to {words_of(DAY)}, 09:15")
    expect(shown(page, post, DAY)).to_be_focused()
    page.keyboard.press("m")
    page.keyboard.press("Backspace")
    expect(toast(page)).to_contain_text("Take the time of “Halloween” away")
    page.keyboard.press("Enter")
    expect(toast(page)).to_have_text("“Halloween” has no time any more")
    expect(lying(page, post)).to_be_focused()
    assert due_of(post) is None


def test_in_a_week_it_lands_on_the_quarter_where_it_is_dropped(site):
    hall = make_town_hall()
    post = make_post(hall.roads, title="Halloween")
    page = open_view(site, hall, "week")
    line(page).click()
    x, y = quarter(page, DAY, "11", 2)
    take_up(page, lying(page, post))
    page.mouse.move(x, y, steps=8)
    page.mouse.up()
    expect(toast(page)).to_have_text(f"Moved “Halloween” to {words_of(DAY)}, 11:30")


def test_a_finger_takes_a_post_out_of_the_tray_on_a_phone(site):
    hall = make_town_hall()
    post, there = make_post(hall.roads, title="Halloween"), planned(hall, title="There")
    page = open_month(site, hall, size=NARROW, has_touch=True, is_mobile=True)
    line(page).tap()
    x, y = centre(lying(page, post))
    finger = Finger(page)
    finger.take(x, y)
    touch = finger.touch
    touch("touchMove", (x, y + 8))
    expect(page.locator(".drag-ghost")).to_be_visible()
    day = page.locator(f'#plan .day[data-day="{DAY}"]')
    # Away from the edges, at which the page scrolls while one drags.
    day.evaluate("one => one.scrollIntoView({ block: 'center' })")
    to_x, to_y = centre(day)
    for step in range(1, 11):
        touch("touchMove", (x + (to_x - x) * step / 10, y + (to_y - y) * step / 10))
    # A finger follows what it sees: the days that were empty have come in between.
    page.wait_for_timeout(200)
    touch("touchMove", centre(day))
    expect(page.locator(".day.is-over")).to_have_attribute("data-day", f"{DAY}")
    touch("touchEnd")
    expect(toast(page)).to_have_text(f"Moved “Halloween” to {words_of(DAY)}, 09:00")
    expect(shown(page, there, DAY)).to_be_visible()


def test_several_go_together_and_come_back_together(site):
    hall = make_town_hall()
    first, second = (make_post(hall.roads, title=title) for title in ("First", "Second"))
    page = open_month(site, hall)
    line(page).click()
    for post in (first, second):
        lying(page, post).focus()
        page.keyboard.press("x")
    take_up(page, lying(page, first))
    page.mouse.move(*centre(page.locator(f'#plan [data-day="{DAY}"]')), steps=10)
    page.mouse.up()
    expect(toast(page)).to_have_text("2 posts were moved.")
    assert {due_of(post) for post in (first, second)} == {f"{DAY}T09:00:00"}
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(toast(page)).to_have_text("2 posts have no time any more.")
    expect(page.locator("#tray [data-post]")).to_have_count(2)


def test_it_stays_as_open_as_it_was_left_shows_more_when_asked_and_what_a_colleague_adds(site):
    hall = make_town_hall()
    for number in range(23):
        make_post(hall.roads, title=f"No {number:02}")
    page = open_month(site, hall)
    line(page).click()
    page.reload()
    rows = page.locator("#tray [data-post]")
    expect(rows).to_have_count(20)
    expect(rows.first).to_be_visible()
    page.locator("[data-tray-more]").click()
    expect(rows).to_have_count(23)
    with meanwhile():
        make_post(hall.culture, title="Choir")
    expect(line(page)).to_have_text("24 posts without a time")
    expect(rows).to_have_count(24)
    expect(rows.first).to_be_visible()
    page.goto(f"/calendar?date={DAY}&streams=culture")
    expect(line(page)).to_have_text("1 post without a time")


def test_in_the_panel_a_post_gets_a_day_and_gives_it_back(site):
    hall = make_town_hall()
    post = make_post(hall.roads, title="Halloween")
    page = open_month(site, hall)
    line(page).click()
    lying(page, post).click()
    page.get_by_label("Give it a day").fill(f"{DAY}")
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(shown(page, post, DAY)).to_be_visible()
    page.get_by_role("button", name="Take its time away").click()
    expect(lying(page, post)).to_be_visible()
    assert due_of(post) is None


def test_a_viewer_sees_the_tray_and_moves_nothing(site):
    hall = make_town_hall()
    post = make_post(hall.roads, title="Halloween")
    page = site.open(make_person(hall.team, "viewer"))
    page.goto(f"/calendar?date={DAY}")
    line(page).click()
    expect(lying(page, post)).to_be_visible()
    take_up(page, lying(page, post))
    page.mouse.move(500, 600, steps=4)
    expect(page.locator(".drag-ghost")).to_have_count(0)
    page.mouse.up()


@pytest.mark.parametrize("view", ["month", "week", "streams"])
def test_open_it_is_for_everybody_at_any_width(site, view):
    hall = make_town_hall()
    planned(hall)
    for number in range(23):
        make_post(
            hall.roads, title=f"No {number:02}, with a name that is longer than any line on a phone can be"
        )
    page = site.open(hall.kari)
    page.goto(f"/calendar?view={view}&date={DAY + timedelta(days=1)}")
    line(page).click()
    assert look_at(page, f"tray-{view}") == []
