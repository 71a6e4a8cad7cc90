"""Two people at once: each sees what the other does within two seconds, and who is on the same post."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import meanwhile
from tests.browser.worlds import make_town_hall, plan
from tests.factories import make_person, make_post, make_stream

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DAY = (date.today().replace(day=1) + timedelta(days=75)).replace(day=15)  # noqa: DTZ011
WITHIN = 2000


def cell(page, post, day):
    return page.locator(f'#plan [data-day="{day}"] [data-post="{post.uuid}"]')


def test_what_one_does_the_other_sees_and_both_see_each_other(site):
    hall = make_town_hall()
    post = plan(make_post(hall.roads, title="Halloween"), f"{DAY}T10:00")
    ola = make_person(hall.team, "author", email="ola@fjordvik.example", name="Ola Hansen")
    ola.timezone = "Europe/Oslo"
    kari, olas = site.open(hall.kari), site.open(ola)
    answers = []
    for page in (kari, olas):
        page.goto(f"/calendar?date={DAY}")
        page.evaluate("() => { window.same = true }")
        expect(cell(page, post, DAY)).to_be_visible()
    kari.wait_for_timeout(600)  # until both listen
    kari.on("response", lambda answer: answers.append(answer) if "/calendar?" in answer.url else None)

    olas.locator(f'#plan [data-post="{post.uuid}"]').focus()
    for key in ("m", "ArrowRight", "Enter"):
        olas.keyboard.press(key)
    expect(olas.locator("[data-toast-text]")).to_contain_text("Moved “Halloween”")
    to = DAY + timedelta(days=1)
    expect(cell(kari, post, to)).to_be_visible(timeout=WITHIN)
    assert cell(kari, post, DAY).count() == 0
    assert sum(len(answer.body()) for answer in answers) < 8_000
    assert kari.evaluate("() => window.same") is True

    # By whatever way it changes: here in the database itself.
    with meanwhile():
        post.state, post.version = "in_review", post.version + 2
    expect(cell(kari, post, to)).to_have_attribute("data-state", "review", timeout=WITHIN)
    expect(kari.locator("[data-live]")).to_have_text("“Halloween”: In review")
    with meanwhile():
        plan(make_post(make_stream(), title="Somebody else's"), f"{DAY}T10:00")
        fresh = plan(make_post(hall.culture, title="Concert"), f"{DAY}T11:00")
    expect(cell(kari, fresh, DAY)).to_be_visible(timeout=WITHIN)
    expect(kari.locator("#plan")).not_to_contain_text("Somebody else")

    olas.goto(f"/posts/{post.uuid}/edit")
    kari.locator(f'#plan [data-post="{post.uuid}"]').click()
    expect(kari.locator("#peek [data-presence]")).to_have_text("Ola Hansen is here too.")
    olas.get_by_role("textbox", name="Text", exact=True).press_sequentially("Boo. ")
    expect(kari.locator("#peek [data-presence]")).to_have_text("Ola Hansen is here too, writing.")
    expect(olas.locator("[data-presence]")).to_have_text("Kari Nordmann is here too.")
    kari.keyboard.press("Escape")
    expect(olas.locator("[data-presence]")).to_be_hidden()


def test_where_the_server_has_no_place_for_one_more_the_page_asks(site):
    hall = make_town_hall()
    post = plan(make_post(hall.roads, title="Halloween"), f"{DAY}T10:00")
    page = site.open(hall.kari)
    page.route("**/calendar/events*", lambda route: route.fulfill(status=204))
    page.goto(f"/calendar?date={DAY}")
    expect(cell(page, post, DAY)).to_be_visible()
    began = time.monotonic()
    with meanwhile():
        plan(post, f"{DAY + timedelta(days=2)}T10:00")
    expect(cell(page, post, DAY + timedelta(days=2))).to_be_visible(timeout=3500)
    assert time.monotonic() - began < 4
