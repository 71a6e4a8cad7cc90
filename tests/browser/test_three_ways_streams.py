"""What a stream promises and what fills it, by mouse, by finger on a phone in bokmål, by keys alone in Swedish."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from calendar_app.evergreen.filling import fill_all
from calendar_app.extensions import database_now, db
from calendar_app.people.roles import actor_for
from calendar_app.series.editing import begin
from calendar_app.streams.models import Stream
from calendar_app.times import to_wall
from tests.browser.conftest import meanwhile
from tests.browser.test_repeating import in_slots
from tests.browser.test_three_ways_repeating import texts
from tests.browser.three_ways import come, three_ways
from tests.browser.worlds import ZONE, make_town_hall
from tests.conftest import wait_until
from tests.factories import make_post

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@three_ways("promise in words", "another promise on some days", "pool fills empty slots")
def test_a_stream_promises_but_for_some_days_and_the_pool_fills_what_stays_empty(site, way):
    hall = make_town_hall()
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto("/streams/new")
    kari.write(page.locator("#name"), "Harbour")
    kari.press(page.locator("[data-example]").first)
    slots = page.locator("#slots li")
    expect(slots).to_have_count(5)
    kari.write(page.locator("#timezone"), ZONE)
    kari.write(page.locator("#cadence"), "daily at 10:00")
    tomorrow = to_wall(database_now(), ZONE).date() + timedelta(days=1)
    expect(slots.nth(3)).to_contain_text("10:00")
    kari.open(page.get_by_text(kari.say("Holidays, pauses and quiet hours")))
    for name, value in (("first", f"{tomorrow}"), ("last", f"{tomorrow}"), ("times", "15:30")):
        kari.write(page.locator(f"[name=exception_{name}]").first, value)
    expect(slots.filter(has_text="15:30")).to_have_count(1)
    page.locator("#evergreen_makes").select_option("draft")
    assert kari.look("stream-other-days") == []
    kari.button("Open the stream", exact=True)
    page.wait_for_url("**/streams")
    db.session.rollback()
    harbour = db.session.scalars(sa.select(Stream).where(Stream.name == "Harbour")).one()
    assert [one["times"] for one in harbour.exceptions] == [["15:30"]]

    with meanwhile():
        post = make_post(harbour, title="Ferries as usual")
    page.goto(f"/posts/{post.uuid}/edit")
    kari.button("It may come again")
    expect(kari.named("button", "Take it out of the pool")).to_be_visible()
    with meanwhile():
        fill_all()
    page.goto("/streams/harbour/queue")
    line = page.locator("[data-queue] > li")
    expect(line).to_have_count(1)
    assert kari.look("queue-from-the-pool") == []
    kari.press(line.get_by_role("link"))
    page.wait_for_url("**/edit")
    expect(page.get_by_text(kari.say("Made from a post of the pool:"))).to_be_visible()


@three_ways("words for one post of a series", "rule from a day on", "end of a series")
def test_one_post_of_a_series_goes_its_own_way_and_the_series_ends_and_goes_on(site, way):
    hall = make_town_hall()
    (post,) = in_slots(hall.roads, "Road report")
    first = to_wall(post.due_at, ZONE).date()
    wanted = {
        "rule": "FREQ=DAILY;COUNT=4",
        "first": f"{first}",
        "time": "10:00",
        "timezone": ZONE,
        "ahead_days": 10,
    }
    series = begin(post, wanted, actor=actor_for(hall.kari), now=database_now())
    kari = come(site, hall.kari, way)
    page, days = kari.page, kari.page.locator(".series-day")
    at = f"/series/{series.id}"
    page.goto(at)
    kari.press(days.nth(1).get_by_role("link"))
    kari.write(kari.named("textbox", "Text"), "This day alone.")
    wait_until(lambda: texts().count("This day alone.") == 1, 8)
    page.goto(at)
    kari.press(days.first.get_by_role("link"))
    kari.write(kari.named("textbox", "Text"), "For all others.")
    wait_until(lambda: "For all others." in texts(), 8)
    kari.button("Words for all posts to come")
    page.wait_for_url(f"**{at}")
    wait_until(lambda: texts() == ["For all others.", "This day alone.", *["For all others."] * 2], 8)

    page.goto(at)
    kari.write(page.locator("#time"), "11:30")
    page.locator("#since").select_option(f"{first + timedelta(days=2)}")
    kari.button("Save", within=page.locator("[data-series-form]"), exact=True)
    expect(days).to_have_count(2)
    expect(days.first).to_contain_text("11:30")
    kari.button("End it and throw away what is untouched")
    expect(page.get_by_text(kari.say("This series has ended: no more posts are made."))).to_be_visible()
    wait_until(lambda: len(texts()) == 2, 8)
    assert kari.look("series-ended") == []
    kari.button("Let it go on")
    expect(kari.named("button", "End it, its posts stay")).to_be_visible()
    expect(days.get_by_role("link")).to_have_count(2)
