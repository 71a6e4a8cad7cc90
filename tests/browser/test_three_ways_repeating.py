"""Series, the pool, a queue and holidays, by mouse, by finger on a phone in bokmål, by keys alone in Swedish."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from calendar_app.extensions import db
from calendar_app.posts.models import Post
from tests.browser.looking import layout
from tests.browser.standing import frame
from tests.browser.test_repeating import in_slots
from tests.browser.three_ways import come, three_ways
from tests.browser.worlds import make_town_hall
from tests.conftest import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def texts():
    """Of the posts with a time, the earliest first."""
    db.session.rollback()
    return db.session.scalars(
        sa.select(Post.text).where(Post.due_at.is_not(None)).order_by(Post.due_at)
    ).all()


@three_ways("series by a rule", "days left out", "words for this and all later", "words for all", "pool")
def test_a_series_is_begun_one_day_left_out_and_its_words_changed(site, way):
    hall = make_town_hall()
    (post,) = in_slots(hall.roads, "Road report")
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto(f"/posts/{post.uuid}/edit")
    kari.button("It may come again")
    kari.button("Take it out of the pool")
    kari.link("Repeat this post")
    page.locator("[name=unit]").select_option("day")
    kari.write(page.locator("[name=count]"), "4")
    kari.press(page.locator("[name=end][value=count]"))
    expect(page.locator("[data-series-preview] li")).to_have_count(4)
    assert kari.look("series-preview") == []
    kari.button("Begin the series")
    days = page.locator(".series-day")
    expect(days).to_have_count(4)
    kari.button("Leave out", within=days.nth(3))
    again = kari.named("button", "Put in again", exact=False)
    expect(again).to_have_count(1)
    kari.press(again)
    expect(again).to_have_count(0)
    kari.button("Leave out", within=days.nth(3))
    expect(again).to_have_count(1)
    assert kari.look("series-day-left-out") == []

    for which, words, button in ((1, "From now on.", "Words for this and all later posts"),
                                 (0, "For everybody.", "Words for all posts to come")):  # fmt: skip
        kari.press(days.nth(which).get_by_role("link"))
        kari.write(kari.named("textbox", "Text"), words)
        wait_until(lambda words=words: words in texts(), 8)
        kari.button(button)
        # From that post on it is a series of its own.
        expect(days).to_have_count(3)
        wait_until(lambda words=words: texts()[1:] == [words] * 2, 8)


@three_ways("order of a queue", "out of a queue and in", "pauses and quiet hours")
def test_a_queue_changes_its_order_and_a_stream_rests(site, way):
    hall = make_town_hall()
    in_slots(hall.roads, "First", "Second", "Third")
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto("/streams/roads/queue")
    titles = page.locator("[data-queue] .queue-title")
    if way == "keys":
        kari.press(page.locator("[data-queue] > li").nth(2).locator("[name=step][value=first]"))
    else:
        third, first = (frame(page.locator(".queue-time").nth(at)) for at in (2, 0))
        kari.drag((third["x"] + 5, third["y"] + 5), (first["x"] + 40, first["y"] + 2))
    expect(page.locator(".queue-undo")).to_be_visible()
    expect(titles).to_have_text(["Third", "First", "Second"])
    kari.press(page.locator(".queue-undo button"))
    expect(titles).to_have_text(["First", "Second", "Third"])
    kari.press(page.locator("[data-queue] > li").first.locator("[name=step][value=down]"))
    page.wait_for_url("**#q-*")
    expect(titles).to_have_text(["Second", "First", "Third"])
    assert kari.look("queue-in-another-order") == []
    first = page.locator("[data-queue] > li").first
    kari.open(first.locator(".queue-out > summary"))
    kari.button("and let the others move up", within=first, exact=True)
    expect(titles).to_have_text(["First", "Third"])
    kari.button("Put first")
    expect(titles).to_have_text(["Second", "First", "Third"])

    page.goto("/streams/roads/edit")
    kari.open(page.get_by_text(kari.say("Holidays, pauses and quiet hours")))
    kari.write(page.locator("[name=quiet_since]"), "09:00")
    kari.write(page.locator("[name=quiet_until]"), "11:00")
    expect(page.locator("#slots li")).to_have_count(0)
    kari.button("Another line", within=page.locator("#pauses"))
    second = page.locator("[name=pause_first]").nth(1)
    expect(second).to_be_focused()
    kari.write(second, "2031-07-01")
    assert kari.look("stream-pauses") == []
    kari.press(page.locator("main form button[type=submit]").filter(has_text=kari.say("Save")).first)

    def paused():
        db.session.rollback()
        return [one["first"] for one in hall.roads.pauses] == ["2031-07-01"]

    wait_until(paused, 8)
    expect(page.get_by_role("status").filter(visible=True).first).to_be_visible()
    assert list(layout(page)) == []
