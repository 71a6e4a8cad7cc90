"""A reader takes some streams and nothing else: ticks make one address, with scripts and without, leaving no trace."""

from __future__ import annotations

import re

import icalendar
import pytest
from playwright.sync_api import expect

from calendar_app.extensions import database_now, db
from calendar_app.posts.drafting import edit
from calendar_app.posts.models import Post
from calendar_app.posts.publishing import publish_now
from tests.browser.conftest import NARROW, WIDE
from tests.browser.looking import look_at
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
    expect(page.locator("main > [role=status]")).to_have_text("Address copied")
    expect(page.get_by_role("button", name="Copy the address").first).to_be_focused()
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


def translated(post, **languages):
    words = {code: {"title": title} for code, title in languages.items()}
    edit(post, {"translations": words}, version=post.version, actor=make_actor(post.team), now=database_now())
    db.session.commit()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_language_is_chosen_with_the_streams_and_stays_in_the_address(site, scripts):
    hall = open_town()
    post = db.session.scalars(db.select(Post).where(Post.title == "News of roads")).one()
    translated(post, nb="Nytt om veiene", sv="Nytt om vägarna")
    page = site.open(java_script_enabled=scripts)
    page.goto(f"/streams/{hall.culture.handle}")
    expect(page.get_by_role("navigation", name="Languages of this stream")).to_have_count(0)
    page.goto("/")
    tick(page, "Road works").check()
    tick(page, "Culture").check()
    if not scripts:
        page.get_by_role("button", name="Get the address").first.click()
        page.get_by_role("combobox", name="Language").select_option("nb")
        page.get_by_role("button", name="Get the address").first.click()
    else:
        expect(address(page)).to_have_text(f"{site.base}/follow/culture+roads.ics")
        page.get_by_role("combobox", name="Language").select_option("nb")
    expect(address(page)).to_have_text(f"{site.base}/follow/culture+roads.ics?lang=nb")
    assert titles_at(page, address(page).text_content()) == ["News of culture", "Nytt om veiene"]
    google = page.get_by_role("link", name="Google Calendar")
    expect(google).to_have_attribute("href", re.compile(r"roads\.ics%3Flang%3Dnb$"))
    page.reload()
    expect(page.get_by_role("combobox", name="Language")).to_have_value("nb")
    expect(address(page)).to_have_text(f"{site.base}/follow/culture+roads.ics?lang=nb")
    if scripts:
        assert look_at(page, "follow-language") == []
    page.goto("/streams/roads")
    page.get_by_role("link", name="svenska").click()
    expect(page.get_by_role("link", name="Nytt om vägarna")).to_be_visible()
    expect(address(page)).to_have_text(f"{site.base}/streams/roads.ics?lang=sv")
    if scripts:
        assert look_at(page, "stream-language") == []


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1440", "390"])
@pytest.mark.parametrize("locale", ["en", "nb", "sv"])
def test_a_pause_is_read_in_full_beside_the_stream_that_tells_it(site, size, locale):
    hall = open_town()
    note = "Everybody who digs is on holiday, and so is the excavator."
    hall.roads.pauses = [{"first": "2026-01-01", "last": "2037-12-28", "note": note, "told": True}]
    hall.roads.description = (
        "Closed roads, detours, ferry times. Only what changes your way today or this week."
    )
    db.session.commit()
    page = site.open(size=size, locale=locale)
    page.goto("/")
    told = page.locator(".opt-pause")
    expect(told).to_contain_text(note)
    expect(told).to_contain_text("2037")
    # Nothing of it is cut off, and it stays within its row.
    assert told.evaluate("one => one.scrollHeight - one.clientHeight") <= 1
    pause, row = told.bounding_box(), page.locator(".opt").filter(has=told).bounding_box()
    assert row["y"] <= pause["y"] and pause["y"] + pause["height"] <= row["y"] + row["height"]
    what = page.locator(".opt").filter(has=told).locator(".opt-about")
    about = what.bounding_box()
    assert about["width"] > 100 and what.evaluate("one => one.scrollHeight - one.clientHeight") <= 1
    assert row["y"] <= about["y"] and about["y"] + about["height"] <= pause["y"] + 1
    name = page.locator(".opt").filter(has=told).locator(".opt-name").bounding_box()
    assert name["y"] >= row["y"]
