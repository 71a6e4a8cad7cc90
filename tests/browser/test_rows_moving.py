"""In rows of streams posts move, too: along their row, into another one, out of a day that has several."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from calendar_app.extensions import db
from calendar_app.people.models import Member
from calendar_app.posts.models import Post
from tests.browser.conftest import NARROW
from tests.browser.finger import Finger
from tests.browser.looking import look_at
from tests.browser.standing import centre
from tests.browser.test_moving import DAY, planned, shown, toast, words_of
from tests.browser.test_moving_hours import open_view
from tests.browser.worlds import make_town_hall
from tests.conftest import wait_until
from tests.factories import make_post, make_stream

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MOVED_IN = "“Halloween” is in “Culture” now: its followers get it, those of “Road works” no longer do."


def cell(page, stream, day):
    return page.locator(f'section[data-stream="{stream}"] .row-cells [data-day="{day}"]')


def mark(page, stream, post):
    return page.locator(f'section[data-stream="{stream}"] [data-post="{post.uuid}"]')


def stands(post):
    db.session.rollback()
    held = db.session.get(Post, post.id)
    return [stream.handle for stream in held.streams], held.publish_at and held.publish_at[:16]


def test_dragged_into_another_row_a_post_changes_its_stream_and_its_day_and_z_brings_both_back(site):
    hall = make_town_hall()
    post, to = planned(hall), DAY + timedelta(days=2)
    page = open_view(site, hall, "streams")
    page.mouse.move(*centre(mark(page, "roads", post)))
    page.mouse.down()
    page.mouse.move(*centre(cell(page, "culture", to)), steps=8)
    expect(page.locator(".drag-hint")).to_contain_text("Into “Culture”")
    expect(page.locator('section[data-stream="culture"] .row-cells .is-over')).to_have_attribute(
        "data-day", f"{to}"
    )
    page.mouse.up()
    expect(toast(page)).to_have_text(MOVED_IN)
    expect(mark(page, "culture", post)).to_be_visible()
    assert stands(post) == (["culture"], f"{to}T10:00")
    page.keyboard.press("z")
    expect(mark(page, "roads", post)).to_be_visible()
    wait_until(lambda: stands(post) == (["roads"], f"{DAY}T10:00"), 5)


def test_by_keyboard_up_and_down_choose_the_stream(site):
    hall = make_town_hall()
    post = planned(hall)
    page = open_view(site, hall, "streams")
    mark(page, "roads", post).focus()
    page.keyboard.press("m")
    page.keyboard.press("ArrowUp")
    expect(toast(page)).to_contain_text(
        f"Move “Halloween” to “Culture”, {DAY:%A} {DAY.day} {DAY:%B}: that is its stream then"
    )
    page.keyboard.press("ArrowDown")
    expect(toast(page)).to_contain_text("Up and down choose another stream")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(toast(page)).to_have_text(MOVED_IN)
    assert stands(post) == (["culture"], f"{DAY + timedelta(days=7)}T10:00")


def test_what_is_refused_goes_back_into_its_row_with_the_reason(site):
    hall = make_town_hall()
    post, foreign = planned(hall), make_stream(handle="other", name="A stream of others")
    db.session.add(Member(team_id=foreign.team_id, person_id=hall.kari.id, role="viewer"))
    db.session.commit()
    page = open_view(site, hall, "streams")
    page.mouse.move(*centre(mark(page, "roads", post)))
    page.mouse.down()
    page.mouse.move(*centre(cell(page, "other", DAY)), steps=8)
    page.mouse.up()
    expect(toast(page)).to_have_text("All streams of a post must belong to one team.")
    expect(mark(page, "roads", post)).to_be_visible()
    site.watch(page).expect("status of 422")
    assert stands(post) == (["roads"], f"{DAY}T10:00")


def test_a_day_with_several_posts_opens_below_its_line_and_each_of_them_moves(site):
    hall = make_town_hall()
    posts = [planned(hall, clock=f"{hour}:00", title=f"At {hour}") for hour in (10, 12, 14)]
    to = DAY + timedelta(days=1)
    page = open_view(site, hall, "streams")
    number = page.locator(f'[data-row-day="{DAY}"]')
    expect(number).to_have_attribute("aria-expanded", "false")
    number.click()
    expect(page.locator(".row-day [data-post]")).to_have_count(3)
    page.mouse.move(*centre(shown(page, posts[1])))
    page.mouse.down()
    page.mouse.move(*centre(cell(page, "roads", to)), steps=8)
    page.mouse.up()
    expect(toast(page)).to_have_text(f"Moved “At 12” to {words_of(to)}, 12:00")
    expect(page.locator(".row-day [data-post]")).to_have_count(2)
    expect(shown(page, posts[1])).to_be_visible()
    number.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".row-day")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(shown(page, posts[0])).to_be_focused()
    page.keyboard.press("m")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("“At 10” is in “Culture” now")
    assert stands(posts[0]) == (["culture"], f"{DAY}T10:00")


def test_a_finger_carries_a_post_into_another_row_on_a_phone(site):
    hall = make_town_hall()
    post = planned(hall)
    page = open_view(site, hall, "streams", size=NARROW, has_touch=True, is_mobile=True)
    x, y = centre(mark(page, "roads", post))
    finger = Finger(page)
    finger.take(x, y)
    touch = finger.touch
    to_y = centre(cell(page, "culture", DAY))[1]
    for step in range(1, 9):
        touch("touchMove", (x, y + (to_y - y) * step / 8))
    expect(page.locator('section[data-stream="culture"] .row-line')).to_have_class(re.compile("is-target"))
    touch("touchEnd")
    expect(toast(page)).to_have_text(MOVED_IN)
    assert stands(post) == (["culture"], f"{DAY}T10:00")


def test_from_the_tray_into_a_row_it_gets_day_and_stream_at_once(site):
    hall = make_town_hall()
    post = make_post(hall.roads, title="Halloween")
    page = open_view(site, hall, "streams")
    page.locator("#tray summary").click()
    page.mouse.move(*centre(page.locator(f'#tray [data-post="{post.uuid}"]')))
    page.mouse.down()
    page.mouse.move(*centre(cell(page, "culture", DAY)), steps=8)
    page.mouse.up()
    expect(toast(page)).to_have_text(MOVED_IN)
    expect(mark(page, "culture", post)).to_be_visible()
    assert stands(post) == (["culture"], f"{DAY}T09:00")


def test_a_day_that_is_open_is_for_everybody_at_any_width(site):
    hall = make_town_hall()
    for hour in (10, 12, 14):
        planned(
            hall, clock=f"{hour}:00", title=f"At {hour}, with a name that is longer than any line on a phone"
        )
    page = open_view(site, hall, "streams")
    page.locator(f'[data-row-day="{DAY}"]').click()
    expect(page.locator(".row-day [data-post]")).to_have_count(3)
    assert look_at(page, "row-day") == []
