"""A reader takes some streams and nothing else: ticks make one address, with scripts and without, leaving no trace."""

from __future__ import annotations

import re

import icalendar
import pytest
from playwright.sync_api import expect

from calendar_app.extensions import database_now, db
from calendar_app.posts.publishing import publish_now
from tests.browser.conftest import NARROW, WIDE
from tests.browser.worlds import busy_town_hall, make_town_hall
from tests.factories import make_actor, make_post, make_stream

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# As sent by the application itself, before a proxy makes it smaller; pictures come on top.
MOST_BYTES = 40_000


def open_town():
    """Three streams with a post each, and one that is for the team only."""
    hall = make_town_hall()
    harbour = make_stream(hall.team, "harbour", name="Harbour", hue="lagoon")
    inside = make_stream(hall.team, "inside", name="For us", visibility="internal")
    for stream in (hall.roads, hall.culture, harbour, inside):
        post = make_post(stream, title=f"News of {stream.handle}")
        publish_now(post, actor=make_actor(hall.team), now=database_now())
    db.session.commit()
    return hall


def tick(page, name):
    return page.get_by_role("checkbox", name=re.compile(f"^{name}"))


def address(page):
    return page.locator("#ics-address")


def titles_at(page, url):
    answer = page.request.get(url)
    assert answer.status == 200
    return sorted(
        str(event["summary"]) for event in icalendar.Calendar.from_ical(answer.body()).walk("VEVENT")
    )


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1440", "390"])
def test_each_tick_changes_the_one_address(site, size):
    open_town()
    page = site.open(size=size)
    page.goto("/")
    expect(page.get_by_role("checkbox")).to_have_count(3)
    expect(address(page)).to_be_hidden()
    tick(page, "Road works").check()
    expect(address(page)).to_have_text(f"{site.base}/follow/roads.ics")
    tick(page, "Harbour").check()
    expect(address(page)).to_have_text(f"{site.base}/follow/harbour+roads.ics")
    webcal = page.get_by_role("link", name="Apple and other calendars")
    expect(webcal).to_have_attribute(
        "href", f"{site.base.replace('http', 'webcal')}/follow/harbour+roads.ics"
    )
    assert titles_at(page, address(page).text_content()) == ["News of harbour", "News of roads"]

    page.reload()
    expect(tick(page, "Road works")).to_be_checked()
    expect(address(page)).to_have_text(f"{site.base}/follow/harbour+roads.ics")
    tick(page, "Harbour").uncheck()
    expect(address(page)).to_have_text(f"{site.base}/follow/roads.ics")
    page.get_by_role("radio", name=re.compile("^Feed reader")).check()
    expect(page.get_by_role("link", name="Atom").first).to_have_attribute(
        "href", re.compile("/follow/roads.atom$")
    )
    tick(page, "Road works").uncheck()
    expect(page.get_by_role("status").or_(page.locator("[data-load]")).first).to_have_text(
        "Tick at least one stream."
    )


def test_without_scripts_the_form_gives_the_same_address(site):
    open_town()
    page = site.open(java_script_enabled=False)
    page.goto("/")
    tick(page, "Road works").check()
    tick(page, "Culture").check()
    page.get_by_role("button", name="Get the address").first.click()
    expect(tick(page, "Road works")).to_be_checked()
    expect(address(page)).to_have_text(f"{site.base}/follow/culture+roads.ics")
    expect(page.get_by_role("link", name="Apple and other calendars")).to_be_visible()
    expect(page.get_by_role("button", name="Copy the address")).to_have_count(0)
    for path in ("/streams/roads", "/sign-in", "/api/docs"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_readers_leave_no_trace_and_ask_no_other_host(site):
    """Requests to other hosts are held against every test here, see `watching.py`."""
    hall = busy_town_hall()
    page = site.open()
    for path in ("/", "/?s=roads", "/streams/roads", f"/posts/{hall.posts['delivered'].uuid}"):
        page.goto(path)
    tick_all(page)
    assert page.context.cookies() == []
    assert page.evaluate("() => [localStorage.length, sessionStorage.length]") == [0, 0]


def test_the_first_view_is_small(site):
    busy_town_hall()
    page = site.open()
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto("/", wait_until="networkidle")
    sizes = {one.url: len(one.body()) for one in answers if ".svg" not in one.url}
    assert any(".js" in url for url in sizes)
    assert sum(sizes.values()) <= MOST_BYTES, sizes


def test_the_address_is_copied_and_the_page_says_so(site):
    open_town()
    page = site.open(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/?s=culture")
    page.get_by_role("button", name="Copy the address").first.click()
    expect(page.get_by_role("button", name="Address copied")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == f"{site.base}/follow/culture.ics"


def test_from_the_page_of_a_stream_to_several_together(site):
    open_town()
    page = site.open()
    page.goto("/")
    page.get_by_role("link", name="Culture", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Culture")
    expect(address(page)).to_have_text(f"{site.base}/streams/culture.ics")
    page.get_by_role("link", name="News of culture").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("News of culture")
    page.go_back()
    page.get_by_role("link", name="Follow it together with others").click()
    expect(tick(page, "Culture")).to_be_checked()
    tick(page, "Road works").check()
    expect(address(page)).to_have_text(f"{site.base}/follow/culture+roads.ics")


def test_keys_alone_get_the_address(site):
    open_town()
    page = site.open()
    page.goto("/")
    tick(page, "Harbour").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("#address")).to_be_focused()
    expect(address(page)).to_have_text(f"{site.base}/follow/harbour.ics")


def tick_all(page):
    page.goto("/")
    for box in page.get_by_role("checkbox").all():
        box.check()
