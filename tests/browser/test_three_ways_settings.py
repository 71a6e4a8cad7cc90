"""How one has Sluice, by mouse in English, by finger on a phone in bokmål, by keys alone in Swedish."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_moving import DAY, planned, shown
from tests.browser.three_ways import Person, come, three_ways
from tests.browser.worlds import make_town_hall, plan
from tests.factories import make_post

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAPER = "() => getComputedStyle(document.body).backgroundColor"


@three_ways("language of the pages", "light and dark", "my calendar address")
def test_language_light_and_the_plan_in_ones_own_calendar(site, way):
    hall = make_town_hall()
    waits = make_post(hall.roads, title="Waits for Kari", state="in_review")
    for post in (waits, make_post(hall.roads, title="Only begun")):
        plan(post, f"{DAY}T10:00")
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto("/settings")
    kari.button("Make a new address")
    address = page.locator("#new-feed").text_content()
    titles = re.compile(r"Waits for Kari|Only begun")
    assert set(titles.findall(page.request.get(address).text())) == {"Waits for Kari", "Only begun"}
    only_mine = page.request.get(f"{address}?states=waiting").text()
    assert set(titles.findall(only_mine)) == {"Waits for Kari"}
    kari.open(page.locator(".sure > summary").first)
    assert kari.look("settings-address") == []
    kari.button("Yes, for good")
    expect(page.get_by_text(kari.say("There is no address."))).to_be_visible()
    assert page.request.get(address).status in {404, 410}

    other = {"en": "sv", "nb": "en", "sv": "nb"}[kari.language]
    page.locator("#locale").select_option(other)
    kari.button("Save", within=page.locator("form:has(#locale)"), exact=True)
    expect(page.locator("html")).to_have_attribute("lang", other)
    kari = Person(page, way, other)
    expect(page.get_by_role("heading", level=1)).to_have_text(kari.say("Settings"))

    light = page.evaluate(PAPER)
    if way == "touch":
        kari.open(".tabs-more > summary")
    kari.button("Light or dark" if way == "touch" else "Switch between light and dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate(PAPER)
    page.goto("/calendar")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate(PAPER) == dark != light


@three_ways("filters", "print")
def test_the_plan_shows_some_streams_and_states_alone_and_goes_on_one_sheet(site, way):
    hall = make_town_hall()
    roads = planned(hall)
    concert = plan(make_post(hall.culture, title="Concert"), f"{DAY}T11:00")
    film = plan(make_post(hall.culture, title="Film", state="in_review"), f"{DAY}T13:00")
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto(f"/calendar?date={DAY}")
    if way == "touch":
        kari.open(".filter > summary")
        kari.press(page.locator("#menu-streams [value=roads]"))
        kari.button("Show", within=page.locator(".filter-form"), exact=True)
    else:
        kari.press(page.locator("#rail-filters [value=roads]"))
    page.wait_for_url("**streams=culture*")
    expect(shown(page, roads)).to_have_count(0)
    expect(shown(page, concert)).to_be_visible()

    kari.open(".filter > summary")
    kari.write(page.locator("#filter-q"), "Film")
    kari.press(page.locator("[name=states][value=in_review]"))
    assert kari.look("calendar-filtering") == []
    kari.button("Show", within=page.locator(".filter-form"), exact=True)
    page.wait_for_url("**q=Film*")
    expect(shown(page, film)).to_be_visible()
    expect(shown(page, concert)).to_have_count(0)
    page.reload()
    expect(shown(page, film)).to_be_visible()
    kari.open(".filter > summary")
    kari.link("Clear", within=page.locator(".filter-form"), exact=True)
    for one in (roads, concert, film):
        expect(shown(page, one)).to_be_visible()
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
