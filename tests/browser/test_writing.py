"""The composer saves itself and never loses text, whatever happens to the page, the line or the session."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from calendar_app.extensions import db
from calendar_app.people.models import Person
from calendar_app.people.sessions import end_all
from calendar_app.posts.models import Post
from calendar_app.times import utcnow
from tests.browser import arriving
from tests.browser.conftest import meanwhile
from tests.browser.standing import centre
from tests.browser.worlds import PASSWORD, make_town_hall, with_password
from tests.conftest import wait_until
from tests.factories import make_account, make_person, make_post

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SAVED = re.compile(r"^Saved \d\d:\d\d$")
EDIT = re.compile(r"/posts/[0-9a-f-]{36}/edit$")


def open_composer(site, person, post=None):
    page = site.open(person)
    page.goto(f"/posts/{post.uuid}/edit" if post else "/posts/new?stream=roads")
    return page


def title(page):
    return page.get_by_role("textbox", name="Title", exact=True)


def text(page):
    return page.get_by_role("textbox", name="Text", exact=True)


def said(page):
    return page.locator("span[data-saved]")


def kept(**wanted):
    """Wait until the one post in the database reads so."""

    def there():
        db.session.rollback()
        (post,) = db.session.scalars(sa.select(Post)).all() or (None,)
        return post and {name: getattr(post, name) for name in wanted} == wanted

    wait_until(there, 8)


def test_a_new_post_is_a_draft_with_the_first_key_and_saves_itself_from_then_on(site):
    hall = make_town_hall()
    page = open_composer(site, hall.kari)
    expect(title(page)).to_be_focused()
    page.keyboard.type("Bridge closed")
    page.keyboard.press("Enter")
    page.keyboard.type("Until **Monday**.")
    expect(said(page)).to_have_text(SAVED)
    expect(page).to_have_url(EDIT)
    kept(title="Bridge closed", text="Until **Monday**.", state="draft", author_id=hall.kari.id)
    page.reload()
    expect(title(page)).to_have_value("Bridge closed")
    expect(text(page)).to_have_value("Until **Monday**.")


def test_a_page_that_was_only_opened_makes_no_draft_and_changes_none(site):
    hall = make_town_hall()
    post = make_post(hall.roads)
    make_account(hall.team, streams=[hall.roads])
    page = open_composer(site, hall.kari, post)
    page.goto("/posts/new")
    page.goto("/posts/new?stream=roads&at=2031-05-05T09:00")
    page.wait_for_timeout(1000)
    page.goto("/calendar")
    page.wait_for_timeout(500)
    kept(version=1)


def test_what_was_typed_before_the_scripts_came_is_saved_too(site):
    hall = make_town_hall()
    page = site.open(hall.kari)
    held = hold(page, r"/composer\.js")
    arriving.at_once(page)
    page.goto("/posts/new?stream=roads", wait_until="commit")
    title(page).fill("On a slow line")
    wait_until(lambda: page.wait_for_timeout(20) or held, 5)
    held.pop().continue_()
    expect(said(page)).to_have_text(SAVED)
    kept(title="On a slow line")


def test_a_step_pressed_while_the_page_is_still_saving_is_taken(site):
    """The page makes its steps anew meanwhile, since the post has come into being."""
    hall = make_town_hall()
    page = open_composer(site, hall.kari)
    title(page).fill("In a hurry")
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    page.get_by_label("Time", exact=True).fill("09:00")
    held = hold(page, "/posts/(preview|[^/]+/draft)$")
    page.get_by_label("Date", exact=True).fill(day.isoformat())
    page.get_by_role("button", name="Schedule").click()
    wait_until(
        lambda: page.wait_for_timeout(20) or {"preview", "draft"} <= {last_part(one) for one in held}, 5
    )
    held.let_go("preview")
    expect(page.locator("[data-step=schedule][formaction]")).to_be_attached()
    held.let_go("draft")
    expect(page.get_by_text("Scheduled for ")).to_be_visible()
    kept(title="In a hurry", state="scheduled")


def test_what_is_being_pressed_stays_until_it_is_let_go(site):
    """Steps made anew between the press and the release would take the click with them."""
    hall = make_town_hall()
    page = open_composer(site, hall.kari)
    title(page).fill("Pressed for long")
    expect(page).to_have_url(re.compile("/edit$"))
    held = hold(page, "/posts/preview$")
    page.get_by_label("Date", exact=True).fill((datetime.now(UTC) + timedelta(days=3)).date().isoformat())
    page.get_by_label("Time", exact=True).fill("09:00")
    button = page.get_by_role("button", name="Schedule")
    wait_until(lambda: page.wait_for_timeout(20) or "preview" in {last_part(one) for one in held}, 5)
    page.mouse.move(*centre(button))
    page.mouse.down()
    page.evaluate(
        "() => { document.querySelector('[data-step=schedule]').closest('[data-part]').dataset.made = 'older' }"
    )
    with page.expect_response("**/posts/preview") as answer:
        held.let_go("preview")
    answer.value.finished()
    page.wait_for_timeout(100)
    page.mouse.up()
    expect(page.get_by_text("Scheduled for ")).to_be_visible()


def test_the_back_button_takes_nothing_along(site):
    hall = make_town_hall()
    post = make_post(hall.roads)
    page = site.open(hall.kari)
    page.goto("/calendar")
    page.goto(f"/posts/{post.uuid}/edit")
    text(page).fill("Typed, and then back.")
    page.go_back()
    expect(page.locator("#plan")).to_be_visible()
    kept(text="Typed, and then back.")
    page.go_forward()
    expect(text(page)).to_have_value("Typed, and then back.")


def test_two_tabs_of_one_person_take_over_what_the_other_saves(site):
    hall = make_town_hall()
    post = make_post(hall.roads)
    first = open_composer(site, hall.kari, post)
    second = first.context.new_page()
    second.goto(f"/posts/{post.uuid}/edit")
    expect(first.locator("[data-other-tab]")).to_be_visible()
    text(first).fill("From the first tab.")
    expect(text(second)).to_have_value("From the first tab.")
    title(second).fill("From the second")
    expect(title(first)).to_have_value("From the second")
    kept(title="From the second", text="From the first tab.")


def test_of_two_texts_by_two_people_neither_is_lost(site):
    hall = make_town_hall()
    ola = make_person(hall.team, "editor", name="Ola Hansen")
    post = make_post(hall.roads)
    mine, theirs = open_composer(site, hall.kari, post), open_composer(site, ola, post)
    text(theirs).fill("What Ola wrote.")
    expect(said(theirs)).to_have_text(SAVED)
    text(mine).fill("What Kari wrote.")

    both = mine.get_by_role("dialog", name="Two texts")
    expect(both).to_contain_text("Ola Hansen saved this post after you opened it.")
    expect(both.locator("[data-mine-text]")).to_have_text("What Kari wrote.")
    expect(both.locator("[data-theirs-text]")).to_have_text("What Ola wrote.")
    kept(text="What Ola wrote.")
    both.get_by_role("button", name="Save mine over it").click()
    expect(said(mine)).to_have_text(SAVED)
    kept(text="What Kari wrote.")

    text(theirs).fill("Ola once more.")
    both = theirs.get_by_role("dialog", name="Two texts")
    both.get_by_role("button", name="Keep what stands").click()
    expect(text(theirs)).to_have_value("What Kari wrote.")
    kept(text="What Kari wrote.")
    site.watch(mine).expect("status of 409", times=1)
    site.watch(theirs).expect("status of 409", times=1)


def test_without_a_connection_the_text_waits_in_the_browser_and_is_saved_once_there_is_one(site):
    hall = make_town_hall()
    page = open_composer(site, hall.kari, make_post(hall.roads))
    page.context.set_offline(True)
    text(page).fill("Written in the tunnel.")
    expect(said(page)).to_contain_text("Not saved yet: no connection. Your text is kept in this browser.")
    page.context.set_offline(False)
    expect(said(page)).to_have_text(SAVED)
    kept(text="Written in the tunnel.")
    site.watch(page).expect("ERR_INTERNET_DISCONNECTED")


def test_text_of_a_page_that_was_closed_without_a_connection_comes_back(site):
    hall = make_town_hall()
    post = make_post(hall.roads)
    page = open_composer(site, hall.kari, post)
    page.context.set_offline(True)
    text(page).fill("Closed in the tunnel.")
    expect(said(page)).to_contain_text("Not saved yet")
    page.close()
    page.context.set_offline(False)
    page = page.context.new_page()
    page.goto(f"/posts/{post.uuid}/edit")
    expect(text(page)).to_have_value("Closed in the tunnel.")
    kept(text="Closed in the tunnel.")
    site.watch(page).expect("ERR_INTERNET_DISCONNECTED")


def test_a_new_post_that_never_reached_the_site_is_offered_again(site):
    hall = make_town_hall()
    page = open_composer(site, hall.kari)
    page.context.set_offline(True)
    title(page).fill("Never arrived")
    expect(said(page)).to_contain_text("Not saved yet")
    page.close()
    page.context.set_offline(False)
    page = page.context.new_page()
    page.goto("/posts/new")
    expect(said(page)).to_contain_text("that was never saved: “Never arrived”.")
    page.get_by_role("button", name="Bring it back").click()
    expect(title(page)).to_have_value("Never arrived")
    kept(title="Never arrived")
    site.watch(page).expect("ERR_INTERNET_DISCONNECTED")


def test_an_ended_session_asks_for_the_password_over_the_page_and_saves_what_was_written(site):
    hall = make_town_hall()
    with_password(hall.kari)
    page = open_composer(site, hall.kari, make_post(hall.roads))
    sign_out_everywhere(hall.kari)
    text(page).fill("Written after twelve hours.")
    again = page.get_by_role("dialog", name="Sign in again")
    expect(again.get_by_label("Password")).to_be_focused()
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(again.get_by_role("alert")).not_to_be_empty()
    again.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(again).to_be_hidden()
    expect(text(page)).to_be_focused()
    expect(text(page)).to_have_value("Written after twelve hours.")
    expect(said(page)).to_have_text(SAVED)
    kept(text="Written after twelve hours.")
    page.keyboard.type(" And on.")
    kept(text="Written after twelve hours. And on.")
    site.watch(page).expect("status of 401")
    site.watch(page).expect("status of 422", times=1)


def test_who_declines_to_sign_in_keeps_the_text_and_can_sign_in_later(site):
    hall = make_town_hall()
    with_password(hall.kari)
    page = open_composer(site, hall.kari, make_post(hall.roads))
    sign_out_everywhere(hall.kari)
    text(page).fill("Not now.")
    again = page.get_by_role("dialog", name="Sign in again")
    again.get_by_role("button", name="Not now").click()
    expect(said(page)).to_contain_text("Not saved yet: you are signed out.")
    said(page).get_by_role("button", name="Sign in").click()
    again.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(said(page)).to_have_text(SAVED)
    kept(text="Not now.")
    site.watch(page).expect("status of 401")


def test_a_post_thrown_away_elsewhere_can_be_saved_as_a_new_one(site):
    hall = make_town_hall()
    post = make_post(hall.roads)
    page = open_composer(site, hall.kari, post)
    with meanwhile():
        db.session.delete(post)
    text(page).fill("Still here.")
    page.get_by_role("button", name="Save it as a new post").click()
    expect(said(page)).to_have_text(SAVED)
    kept(text="Still here.", title="Bridge closed")
    site.watch(page).expect("status of 404")


class Held(list):
    """Requests that wait until the test lets them go on."""

    free = ""

    def take(self, route):
        if self.free and route.request.url.endswith(self.free):
            route.continue_()
        else:
            self.append(route)

    def let_go(self, end):
        self.free = end
        for route in [one for one in self if one.request.url.endswith(end)]:
            self.remove(route)
            route.continue_()


def hold(page, pattern):
    held = Held()
    page.route(re.compile(pattern), lambda route: held.take(route))
    return held


def last_part(route):
    return route.request.url.rpartition("/")[2]


def sign_out_everywhere(person):
    with meanwhile():
        end_all(db.session.get(Person, person.id), utcnow())
