"""The whole way, as somebody new goes it: from the set-up link to a post that readers have, without one reload."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import icalendar
import pytest
from playwright.sync_api import expect

from calendar_app.people.setting_up import first_link
from tests.browser.conftest import NARROW
from tests.browser.standing import frame
from tests.browser.worlds import PASSWORD, ZONE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

STAYS = "() => window.neverReloaded === true"


def test_from_the_set_up_link_to_a_published_post(site):
    link = first_link()
    page = site.open()
    set_up(page, link)
    make_stream(page)
    begin_on_a_day(page)
    write(page)
    plan = page.context.new_page()
    plan.goto("/calendar")
    post = schedule(page)
    for window in (page, plan):
        window.evaluate("() => { window.neverReloaded = true }")
    on_plan = plan.locator(f'#plan [data-post="{post}"]')
    expect(on_plan).to_have_attribute("data-state", "scheduled", timeout=12_000)
    it_goes_out(page)
    expect(page.locator("p[data-outcome]")).to_have_text("Now: Published")
    plan.bring_to_front()
    expect(on_plan).to_have_attribute("data-state", "published", timeout=12_000)
    assert [window.evaluate(STAYS) for window in (page, plan)] == [True, True]
    readers_have_it(site, post)


def test_on_a_phone_a_post_goes_out_at_once(site):
    link = first_link()
    page = site.open(size=NARROW)
    set_up(page, link)
    make_stream(page)
    page.goto("/calendar")
    page.get_by_role("link", name="New post").click()
    write(page)
    page.get_by_label("More steps").click()
    page.get_by_role("button", name="Publish now").click()
    it_goes_out(page)
    readers_have_it(site, id_of(page))


def set_up(page, link):
    page.goto(f"/enter/set-up/{link}")
    for label, value in {
        "Organisation": "Fjordvik", "Team": "Communications", "E-mail": "kari@fjordvik.example",
        "Name": "Kari Nordmann", "Time zone": ZONE, "Password": PASSWORD,
    }.items():  # fmt: skip
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Open the first stream")


def make_stream(page):
    page.get_by_role("link", name="Make a stream").click()
    page.get_by_label("Name").fill("Road works")
    expect(page.get_by_label("Handle")).to_have_value("road-works")
    page.get_by_role("radio", name="Amber").check()
    page.get_by_label("Time zone").fill(ZONE)
    page.get_by_label("How often is it heard?").fill("weekly on Mon and Thu at 09:00")
    expect(page.get_by_role("list", name="The next slots").get_by_role("listitem").first).to_contain_text(
        "09:00"
    )
    page.get_by_role("button", name="Open the stream").click()
    expect(page.get_by_role("main")).to_contain_text("/road-works")


def begin_on_a_day(page):
    """The promised times wait as gaps; a click on the empty part of today begins a post there."""
    page.goto(f"/calendar?date={(now_in_oslo() + timedelta(days=14)).date().isoformat()}")
    expect(page.locator("#plan .gap").first).to_be_visible()
    page.keyboard.press("t")
    page.wait_for_url(re.compile(f"date={now_in_oslo().date().isoformat()}"))
    today = page.locator("#plan .day-today")
    box = frame(today)
    today.click(position={"x": box["width"] / 2, "y": box["height"] - 8})
    expect(page.get_by_role("heading", level=1)).to_contain_text("Write a post")
    assert page.url.endswith(f"/posts/new?date={now_in_oslo().date().isoformat()}")


def write(page):
    page.get_by_role("checkbox", name="Road works").check()
    page.get_by_role("textbox", name="Title", exact=True).fill("Storgata is closed")
    page.get_by_role("textbox", name="Text", exact=True).fill("From **Monday**, for three days.")
    expect(page.locator("span[data-saved]")).to_contain_text("Saved")
    expect(page.get_by_role("complementary", name="Previews")).to_contain_text("From Monday, for three days.")


def schedule(page):
    """For a few seconds from now; the post's id."""
    at = now_in_oslo() + timedelta(seconds=7)
    page.get_by_label("Date", exact=True).fill(at.date().isoformat())
    page.get_by_label("Time", exact=True).fill(f"{at:%H:%M:%S}")
    page.get_by_role("button", name="Schedule").click()
    expect(page.get_by_text("Scheduled for ")).to_be_visible()
    return id_of(page)


def it_goes_out(page):
    expect(page.locator(".send .state-mark")).to_have_attribute("data-state", "published", timeout=20_000)
    expect(page.get_by_role("table")).to_contain_text("This site and its feeds")


def readers_have_it(site, post):
    """A reader finds it on the page of the post, on that of its stream, and in a calendar program."""
    reader = site.open()
    for path in ("/", "/streams/road-works", f"/posts/{post}"):
        assert reader.goto(path).status == 200
        expect(reader.get_by_role("main")).to_contain_text("Storgata is closed")
    expect(reader.get_by_role("main").locator("strong")).to_have_text("Monday")
    answer = httpx.get(f"{site.base}/streams/road-works.ics", trust_env=False)
    (event,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert (event["summary"], event["status"]) == ("Storgata is closed", "CONFIRMED")
    assert event["url"] == f"{site.base}/posts/{post}"


def id_of(page):
    return page.url.rpartition("/posts/")[2].removesuffix("/edit")


def now_in_oslo():
    return datetime.now(ZoneInfo(ZONE))
