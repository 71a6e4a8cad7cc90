"""Posts are carried about the plan, by mouse, by finger on a phone in bokmål, by keys alone in Swedish."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from calendar_app.extensions import db
from calendar_app.posts.models import Post
from tests.browser import test_rows_moving as rows
from tests.browser.finger import Finger
from tests.browser.standing import centre, frame
from tests.browser.test_moving import DAY, planned, shown
from tests.browser.test_moving_hours import PROMISE, hour, wall
from tests.browser.three_ways import come, three_ways
from tests.browser.worlds import make_town_hall
from tests.conftest import wait_until
from tests.factories import make_post

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AIMED = ".is-over, .is-aim, .is-snap"


def carry(kari, link, target, keys, *, part=0.5, look=None):
    """The post to the target, of whose height `part` is aimed at; `keys` go there without a pointer.

    `look`: the name under which the page is looked at while the post is held.
    """
    page = kari.page
    if kari.way == "keys":
        link.focus()
        for key in ("m", *keys):
            page.keyboard.press(key)
        assert not look or kari.look(look) == []
        page.keyboard.press("Enter")
        return
    # Neither the post nor where it goes is so near an edge that the page scrolls on the way.
    link.evaluate("one => one.closest('#tray') || one.scrollIntoView({ block: 'center' })")
    start = centre(link)
    held = page.locator(".drag-ghost")
    if kari.way == "mouse":
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(start[0], start[1] + 12, steps=2)
        expect(held).to_be_visible()
        page.mouse.move(*aim(target, part), steps=6)
        expect(page.locator(AIMED).first).to_be_visible()
        assert not look or kari.look(look) == []
        page.mouse.up()
        return
    finger = Finger(page)
    finger.take(*start)
    finger.touch("touchMove", (start[0], start[1] + 9))
    # What can be dropped on shows up only now.
    expect(held).to_be_visible()
    expect(target).to_be_visible()
    # As with a second finger: the plan is brought to where the day is in reach.
    target.evaluate(
        "one => one.getBoundingClientRect().bottom > innerHeight - 120 && one.scrollIntoView({ block: 'center' })"
    )
    finger.go(start, aim(target, part))
    expect(page.locator(AIMED).first).to_be_visible()
    assert not look or kari.look(look) == []
    finger.lift()


def aim(target, part):
    box = frame(target)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * part


def stands(kari, post, when):
    """In the database, and then on the page, which is what the next step begins from."""

    def there():
        db.session.rollback()
        return (db.session.get(Post, post.id).publish_at or "")[:16] == when

    wait_until(there, 8)
    version = db.session.get(Post, post.id).version
    db.session.rollback()
    link = kari.page.locator(f'#plan [data-post="{post.uuid}"]')
    expect(link.first).to_have_attribute("data-version", f"{version}")


def back(kari):
    if kari.way == "keys":
        kari.page.keyboard.press("z")
    else:
        kari.button("Undo", within=kari.page.locator("[data-toast]"))


@three_ways("quarter of an hour", "promised time", "undo")
def test_to_a_quarter_of_an_hour_and_to_a_promised_time(site, way):
    hall = make_town_hall(cadence=PROMISE)
    post = planned(hall, clock="10:00")
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto(f"/calendar?view=day&date={DAY}")
    carry(kari, shown(page, post), hour(page, DAY, "11"), ["ArrowDown"] * 6, part=0.6, look="day-held")
    stands(kari, post, f"{DAY}T11:30")
    assert kari.look("day-moved") == []
    back(kari)
    stands(kari, post, f"{DAY}T10:00")
    expect(shown(page, post)).to_be_visible()
    gap = hour(page, DAY, "14").locator("[data-stream=roads].gap")
    carry(kari, shown(page, post), gap, ["s"])
    stands(kari, post, f"{DAY}T14:05")


@three_ways("another day", "refused and back")
def test_to_another_day_and_back_from_an_hour_that_does_not_exist(site, way):
    end = date(DAY.year + 1, 3, 31)
    sunday = end - timedelta(days=(end.weekday() + 1) % 7)
    saturday = sunday - timedelta(days=1)
    hall = make_town_hall()
    post, early = planned(hall, saturday, "02:30"), planned(hall, saturday, "10:00", title="Early")
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto(f"/calendar?date={saturday}")
    there = page.locator(f'#plan [data-day="{sunday}"]')
    with page.expect_response("**/posts/steps") as answer:
        carry(kari, shown(page, post), there, ["ArrowRight"])
    assert answer.value.status == 422
    expect(shown(page, post, saturday)).to_be_visible()
    expect(page.locator("[data-toast-text]")).to_contain_text("02:30")
    assert kari.look("month-refused") == []
    site.watch(page).expect("status of 422", times=1)
    carry(kari, shown(page, early), there, ["ArrowRight"], look="month-held")
    expect(shown(page, early, sunday)).to_be_visible()
    stands(kari, early, f"{sunday}T10:00")
    assert wall(post) == f"{saturday}T02:30"


@three_ways("posts without a time", "several at once")
def test_out_of_the_tray_and_several_together(site, way):
    hall = make_town_hall()
    post, there = make_post(hall.roads, title="Halloween"), planned(hall, title="There")
    to = DAY + timedelta(days=1)
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto(f"/calendar?date={DAY}")
    kari.open("#tray summary")
    lying = page.locator(f'#tray [data-post="{post.uuid}"]')
    carry(kari, lying, page.locator(f'#plan [data-day="{DAY}"]'), [])
    stands(kari, post, f"{DAY}T09:00")
    expect(shown(page, post, DAY)).to_be_visible()
    page.wait_for_timeout(300)  # what ends a drag is no tap
    for one in (post, there):
        if way == "keys":
            shown(page, one).focus()
            page.keyboard.press("x")
        elif way == "mouse":
            shown(page, one).click(modifiers=["Control"])
        elif one is post:
            finger = Finger(page)
            finger.take(*centre(shown(page, one)))
            finger.lift()
            page.wait_for_timeout(300)
        else:
            shown(page, one).tap()
    carry(kari, shown(page, there), page.locator(f'#plan [data-day="{to}"]'), ["ArrowRight"])
    stands(kari, there, f"{to}T10:00")
    stands(kari, post, f"{to}T09:00")
    kari.page.keyboard.press("Escape") if way == "keys" else kari.button("Choose none")
    expect(page.locator("[data-many]")).to_be_hidden()
    back(kari)
    stands(kari, there, f"{DAY}T10:00")
    assert db.session.get(Post, post.id).publish_at[:10] == f"{DAY}"


@three_ways("several on one day of a row", "to another stream", "a time taken away")
def test_into_the_row_of_another_stream_and_out_of_the_plan(site, way):
    hall = make_town_hall()
    post, other = planned(hall), planned(hall, clock="12:00", title="Fair")
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto(f"/calendar?view=streams&date={DAY}")
    kari.press(page.locator(f'[data-row-day="{DAY}"]'))
    expect(page.locator(".row-day [data-post]")).to_have_count(2)
    carry(kari, shown(page, post), rows.cell(page, "culture", DAY), ["ArrowUp"])
    moved = rows.mark(page, "culture", post)
    expect(moved).to_be_visible()
    expect(shown(page, other)).to_be_visible()
    wait_until(lambda: rows.stands(post) == (["culture"], f"{DAY}T10:00"), 8)
    assert kari.look("streams-moved") == []
    kari.press(moved)
    kari.button("Take its time away", within=page.locator("#peek"))
    lying = page.locator(f'#tray [data-post="{post.uuid}"]')
    expect(lying).to_be_attached()
    expect(moved).to_have_count(0)
    back(kari)
    expect(moved).to_be_attached()
    wait_until(lambda: rows.stands(post) == (["culture"], f"{DAY}T10:00"), 8)
