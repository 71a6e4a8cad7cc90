"""A post moves to another day: by mouse, by finger, by keyboard. What is refused goes back with the reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from calendar_app.extensions import db
from calendar_app.posts.models import Post
from tests.browser.conftest import NARROW, meanwhile
from tests.browser.finger import Finger
from tests.browser.standing import centre
from tests.browser.worlds import make_town_hall, plan
from tests.factories import make_post

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# The middle of a month to come: what is planned there can move both ways.
DAY = (date.today().replace(day=1) + timedelta(days=75)).replace(day=15)  # noqa: DTZ011


def planned(hall, day=DAY, clock="10:00", title="Halloween"):
    return plan(make_post(hall.roads, title=title), f"{day.isoformat()}T{clock}")


def shown(page, post, day=None):
    """The post on the plan; with `day`, there only."""
    cell = f'[data-day="{day.isoformat()}"] ' if day else ""
    return page.locator(f'#plan {cell}[data-post="{post.uuid}"]')


def toast(page):
    return page.locator("[data-toast-text]")


def drag(page, post, day):
    page.mouse.move(*centre(shown(page, post)))
    page.mouse.down()
    page.mouse.move(*centre(page.locator(f'#plan [data-day="{day.isoformat()}"]')), steps=12)
    expect(page.locator(".is-over")).to_have_attribute("data-day", day.isoformat())
    page.mouse.up()


def day_in_database(post):
    db.session.rollback()
    return date.fromisoformat(db.session.get(Post, post.id).publish_at[:10])


# As if the window were behind others: it is not told what happens meanwhile.
UNSEEN = "Object.defineProperty(document, 'hidden', { get: () => true })"


def open_month(site, hall, day=DAY, *, is_told=True, **options):
    page = site.open(hall.kari, **options)
    if not is_told:
        page.add_init_script(UNSEEN)
    page.goto(f"/calendar?date={day.isoformat()}")
    return page


def words_of(day):
    return f"{day:%a} {day.day} {day:%b}"


def test_a_post_dragged_to_another_day_stays_there_and_z_takes_it_back(site):
    hall = make_town_hall()
    post, to = planned(hall), DAY + timedelta(days=9)
    page = open_month(site, hall)
    drag(page, post, to)
    expect(toast(page)).to_have_text(f"Moved “Halloween” to {words_of(to)}, 10:00")
    expect(shown(page, post, to)).to_be_visible()
    assert day_in_database(post) == to

    page.reload()
    expect(shown(page, post, to)).to_be_visible()
    page.keyboard.press("z")
    expect(toast(page)).to_have_text(f"Moved “Halloween” to {words_of(DAY)}, 10:00")
    expect(shown(page, post, DAY)).to_be_visible()
    assert day_in_database(post) == DAY


def test_steps_are_taken_back_and_done_again_in_their_order_however_fast_one_presses(site):
    hall = make_town_hall()
    post, first, second = planned(hall), DAY + timedelta(days=1), DAY + timedelta(days=9)
    page = open_month(site, hall)
    for to in (first, second):
        before = page.locator("#plan").get_attribute("data-sums")
        drag(page, post, to)
        expect(page.locator("#plan")).not_to_have_attribute("data-sums", before)
    for key in ("z", "z"):
        page.keyboard.press(key)
    expect(toast(page)).to_have_text(f"Moved “Halloween” to {words_of(DAY)}, 10:00")
    expect(shown(page, post, DAY)).to_be_visible()
    for key in ("Shift+Z", "Shift+Z"):
        page.keyboard.press(key)
    expect(toast(page)).to_have_text(f"Moved “Halloween” to {words_of(second)}, 10:00")
    expect(shown(page, post, second)).to_be_visible()
    assert day_in_database(post) == second


def test_a_click_on_undo_takes_a_move_back(site):
    hall = make_town_hall()
    post, to = planned(hall), DAY - timedelta(days=1)
    page = open_month(site, hall)
    drag(page, post, to)
    page.get_by_role("button", name="Undo").click()
    expect(shown(page, post, DAY)).to_be_visible()
    expect(toast(page)).to_have_text(f"Moved “Halloween” to {words_of(DAY)}, 10:00")
    assert day_in_database(post) == DAY


def test_a_plan_that_comes_between_the_press_and_the_first_movement_drops_no_drag(site):
    hall = make_town_hall()
    first, second = planned(hall), planned(hall, DAY + timedelta(days=1), title="Fair")
    page, to = open_month(site, hall), DAY + timedelta(days=9)
    loads = []
    page.route(lambda address: "/calendar" in address, lambda route: loads.append(route))
    drag(page, first, DAY + timedelta(days=8))
    expect(toast(page)).to_contain_text("Moved “Halloween”")
    page.mouse.move(*centre(shown(page, second)))
    page.mouse.down()
    with page.expect_response(lambda answer: "/calendar" in answer.url) as loaded:
        loads[0].continue_()
    loaded.value.finished()
    page.wait_for_timeout(300)  # what the plan would need to be replaced
    page.unroute_all()
    page.mouse.move(*centre(page.locator(f'#plan [data-day="{to.isoformat()}"]')), steps=12)
    page.mouse.up()
    expect(toast(page)).to_contain_text("Moved “Fair”")
    expect(shown(page, second, to)).to_be_visible()
    expect(shown(page, first, DAY + timedelta(days=8))).to_be_visible()
    assert day_in_database(second) == to


def test_m_takes_a_post_up_arrows_carry_it_and_enter_puts_it_down(site):
    hall = make_town_hall()
    post, to = planned(hall), DAY + timedelta(days=8)
    page = open_month(site, hall)
    page.keyboard.press("j")
    expect(shown(page, post)).to_be_focused()
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(toast(page)).to_have_text(
        f"Move “Halloween” to {to:%A} {to.day} {to:%B}. Enter moves it, Escape leaves it."
    )
    expect(page.locator(".is-over")).to_have_attribute("data-day", to.isoformat())
    page.keyboard.press("Enter")
    expect(toast(page)).to_have_text(f"Moved “Halloween” to {words_of(to)}, 10:00")
    expect(shown(page, post, to)).to_be_focused()
    assert day_in_database(post) == to


def test_escape_leaves_a_post_where_it_was(site):
    hall = make_town_hall()
    post = planned(hall)
    page = open_month(site, hall)
    page.keyboard.press("j")
    for key in ("m", "ArrowDown", "Escape"):
        page.keyboard.press(key)
    expect(toast(page)).to_have_text("“Halloween” stays where it was.")
    expect(shown(page, post, DAY)).to_be_focused()
    expect(page.locator(".is-over")).to_have_count(0)
    assert day_in_database(post) == DAY


def test_a_finger_drags_after_a_moment_and_the_post_stays_under_it(site):
    """Empty days show up above it only now."""
    hall = make_town_hall()
    post, to = planned(hall), DAY + timedelta(days=1)
    page = open_month(site, hall, size=NARROW, has_touch=True, is_mobile=True)
    target = page.locator(f'#plan [data-day="{to.isoformat()}"]')
    expect(target).to_be_hidden()
    x, y = centre(shown(page, post))
    finger = Finger(page)
    finger.take(x, y)
    touch = finger.touch
    touch("touchMove", (x, y + 8))
    expect(target).to_be_visible()
    touch("touchMove", (x, y + 9))
    expect(page.locator(".is-over")).to_have_attribute("data-day", DAY.isoformat())
    below = centre(target)[1]
    for step in range(1, 11):
        touch("touchMove", (x, y + (below - y) * step / 10))
    expect(page.locator(".is-over")).to_have_attribute("data-day", to.isoformat())
    touch("touchEnd")
    expect(toast(page)).to_have_text(f"Moved “Halloween” to {words_of(to)}, 10:00")
    assert day_in_database(post) == to


def test_a_refused_move_goes_back_with_the_reason(site):
    """On the last Sunday of March the clocks jump over half past two."""
    hall = make_town_hall()
    end = date(DAY.year + 1, 3, 31)
    sunday = end - timedelta(days=(end.weekday() + 1) % 7)
    saturday = sunday - timedelta(days=1)
    post = planned(hall, saturday, "02:30")
    page = open_month(site, hall, saturday)
    drag(page, post, sunday)
    expect(toast(page)).to_contain_text("does not exist")
    expect(shown(page, post, saturday)).to_be_visible()
    shown(page, post).focus()
    for key in ("m", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(shown(page, post, saturday)).to_be_focused()
    assert day_in_database(post) == saturday
    site.watch(page).expect("status of 422", times=2)


def test_what_a_colleague_changed_meanwhile_is_not_overwritten(site):
    hall = make_town_hall()
    post, theirs = planned(hall), DAY + timedelta(days=1)
    page = open_month(site, hall, is_told=False)
    with meanwhile():
        post.version += 1
        plan(post, f"{theirs.isoformat()}T11:00")
    drag(page, post, DAY + timedelta(days=7))
    expect(shown(page, post, theirs)).to_be_visible()
    expect(toast(page)).to_contain_text("Somebody saved this post")
    assert day_in_database(post) == theirs
    site.watch(page).expect("status of 409", times=1)


def test_without_a_connection_a_move_goes_back_and_says_so(site):
    hall = make_town_hall()
    post = planned(hall)
    page = open_month(site, hall)
    page.context.set_offline(True)
    drag(page, post, DAY + timedelta(days=7))
    expect(toast(page)).to_have_text(
        "Sluice could not be reached. “Halloween” is back where it was; try again in a moment."
    )
    expect(shown(page, post, DAY)).to_be_visible()
    page.context.set_offline(False)
    site.watch(page).expect("ERR_INTERNET_DISCONNECTED")


def test_what_has_gone_out_is_not_taken_up(site):
    hall = make_town_hall()
    post = planned(hall)
    post.state, post.published_at = "published", post.due_at
    page = open_month(site, hall)
    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(toast(page)).to_have_text("“Halloween” cannot be moved: it is published.")
