"""A post goes to another time of day: by mouse, by finger, by keyboard; promised times and collisions are told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from calendar_app.extensions import db
from calendar_app.posts.models import Post
from tests.browser.conftest import NARROW
from tests.browser.finger import Finger
from tests.browser.standing import centre, frame
from tests.browser.test_moving import DAY, planned, shown, toast, words_of
from tests.browser.worlds import make_town_hall

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# A post in the morning keeps the first promise of its day, the second stays open.
PROMISE = [f"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR={hour};BYMINUTE=5" for hour in (9, 14)]


def open_view(site, hall, view, **options):
    page = site.open(hall.kari, **options)
    page.goto(f"/calendar?view={view}&date={DAY}")
    return page


def hour(page, day, clock):
    return page.locator(f'[data-drop="{day}"][data-hour="{clock}"]')


def wall(post):
    db.session.rollback()
    return db.session.get(Post, post.id).publish_at[:16]


def quarter(page, day, clock, part):
    """A point within an hour: `part` 0 to 3 are its quarters."""
    box = hour(page, day, clock).evaluate(
        "one => { one.scrollIntoView({ block: 'nearest' }); return one.getBoundingClientRect().toJSON() }"
    )
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * (part + 0.5) / 4


def test_the_mouse_drops_on_a_quarter_of_an_hour_and_exactly_on_a_promised_time(site):
    hall = make_town_hall(cadence=PROMISE)
    post, near = planned(hall), planned(hall, DAY + timedelta(days=1), "11:20", title="Fair")
    page, to = open_view(site, hall, "week"), DAY + timedelta(days=1)
    if to.weekday() == 0:
        to = DAY - timedelta(days=1)
        page.goto(f"/calendar?view=week&date={DAY}")
    page.mouse.move(*centre(shown(page, post)))
    page.mouse.down()
    page.mouse.move(*quarter(page, to, "11", 2), steps=8)
    ghost = page.locator(".drag-hint")
    expect(ghost).to_contain_text(f"{to:%A} {to.day} {to:%B}, 11:30")
    expect(hour(page, to, "11")).to_have_class(re.compile("is-aim"))
    if to > DAY:
        expect(ghost).to_contain_text("Close to another post. “Fair” goes out in Road works at 11:20")
    page.mouse.move(*centre(hour(page, to, "14").locator("[data-stream=roads].gap")), steps=4)
    expect(ghost).to_contain_text("Promised time:")
    expect(page.locator(".is-snap")).to_have_count(1)
    page.mouse.up()
    expect(toast(page)).to_have_text(f"Moved “Halloween” to {words_of(to)}, 14:05")
    expect(page.locator(".drag-ghost, .is-aim, .is-over, .is-ghost")).to_have_count(0)
    assert (wall(post), wall(near)[11:]) == (f"{to}T14:05", "11:20")
    page.keyboard.press("z")
    expect(toast(page)).to_have_text(f"Moved “Halloween” to {words_of(DAY)}, 10:00")
    page.mouse.move(*centre(shown(page, post)))
    page.mouse.down()
    page.mouse.move(*quarter(page, DAY, "16", 3), steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".drag-ghost, .is-aim")).to_have_count(0)
    assert wall(post) == f"{DAY}T10:00"


def test_by_keyboard_quarters_hours_days_and_promised_times_each_said(site):
    hall = make_town_hall(cadence=PROMISE)
    post = planned(hall, clock="10:07")
    page = open_view(site, hall, "day")
    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(toast(page)).to_contain_text(
        "10:07. Arrows change day and time, Enter moves it, Escape leaves it."
    )
    said = []
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "Shift+ArrowDown", "s"):
        page.keyboard.press(key)
        said.append(toast(page).text_content().partition(", ")[2][:5])
    assert said == ["10:15", "10:30", "10:15", "11:15", "14:05"]
    expect(toast(page)).to_contain_text("a promised time")
    page.keyboard.press("Enter")
    expect(toast(page)).to_have_text(f"Moved “Halloween” to {words_of(DAY)}, 14:05")
    expect(shown(page, post)).to_be_focused()
    assert wall(post) == f"{DAY}T14:05"
    # The promise is kept now: what is near it no longer snaps to it.
    expect(hour(page, DAY, "14").locator("[data-stream=roads].gap")).to_have_count(0)
    for key in ("m", "ArrowUp", "d"):
        page.keyboard.press(key)
    expect(toast(page)).to_have_text(f"Duplicated “Halloween” to {words_of(DAY)}, 14:00, as a draft")
    expect(page.locator("#plan [data-post]")).to_have_count(2)


def test_a_finger_drops_on_an_hour_that_shows_up_while_it_drags(site):
    hall = make_town_hall()
    post = planned(hall)
    page = open_view(site, hall, "day", size=NARROW, has_touch=True, is_mobile=True)
    expect(hour(page, DAY, "13")).to_be_hidden()
    finger, (x, y) = Finger(page), centre(shown(page, post))
    finger.take(x, y)
    expect(hour(page, DAY, "13")).to_be_visible()
    finger.touch("touchMove", (x, y + 9))
    box = frame(hour(page, DAY, "13"))
    below = box["y"] + box["height"] * 0.3
    finger.go((x, y), (x, below), steps=6)
    expect(page.locator(".drag-hint")).to_contain_text("13:15")
    finger.lift()
    expect(toast(page)).to_have_text(f"Moved “Halloween” to {words_of(DAY)}, 13:15")
    assert wall(post) == f"{DAY}T13:15"


def test_a_mark_in_the_row_of_its_stream_moves_by_days(site):
    hall = make_town_hall()
    post, to = planned(hall), DAY + timedelta(days=2)
    page = open_view(site, hall, "streams")
    page.mouse.move(*centre(shown(page, post)))
    page.mouse.down()
    page.mouse.move(*centre(page.locator(f'[data-stream="roads"] .row-cells [data-day="{to}"]')), steps=8)
    expect(page.locator(".is-over")).to_have_attribute("data-day", f"{to}")
    page.mouse.up()
    expect(toast(page)).to_have_text(f"Moved “Halloween” to {words_of(to)}, 10:00")
    expect(shown(page, post)).to_be_visible()
    assert wall(post) == f"{to}T10:00"
