"""A post repeats, a queue is put in another order, a stream gets its holidays: with mouse and keys, wide and narrow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from calendar_app.evergreen import pooling
from calendar_app.extensions import database_now, db
from calendar_app.people.roles import actor_for
from calendar_app.posts.drafting import edit
from calendar_app.posts.queueing import queue_of
from calendar_app.posts.values import values_of
from calendar_app.series.editing import begin
from calendar_app.streams.cadence import Cadence, parse_cadence, slots
from calendar_app.times import to_wall
from tests.browser.conftest import meanwhile
from tests.browser.looking import look_at, look_through
from tests.browser.standing import frame
from tests.browser.worlds import make_town_hall
from tests.conftest import wait_until
from tests.factories import make_post, plan_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def in_slots(stream, *titles):
    """Posts in the next slots of the stream."""
    now = database_now()
    stream.cadence = parse_cadence("daily at 10:00").to_json()
    offered = slots(Cadence.of(stream), stream.timezone, now, now + timedelta(days=20))
    posts = []
    for title, at in zip(titles, offered, strict=False):
        post = make_post(stream, title=title)
        plan_for(post, at)
        posts.append(post)
    db.session.commit()
    return posts


def test_a_post_repeats_by_a_rule_chosen_in_words(site):
    hall = make_town_hall()
    (post,) = in_slots(hall.roads, "Road report")
    page = site.open(hall.kari)
    page.goto(f"/posts/{post.uuid}/edit")
    page.get_by_role("link", name="Repeat this post").click()
    told = page.locator("[data-series-preview]")
    expect(told.get_by_role("listitem")).to_have_count(5)
    page.get_by_label("Day, week, month or year").select_option("month")
    expect(page.get_by_text("In a week, on")).to_be_hidden()
    page.get_by_label("on the last day of the month").check()
    page.get_by_label("Number of posts").fill("3")
    expect(told).to_contain_text("The last day of every month")
    expect(told).to_contain_text("3 times")
    drafts = page.get_by_text("Each is made as a draft: none goes out until somebody schedules it.")
    expect(drafts).to_be_visible()
    page.get_by_label("Scheduled posts").check()
    expect(drafts).to_be_hidden()
    page.get_by_label("Drafts").check()
    found = look_at(page, "series-new")
    page.get_by_label("How many days ahead").fill("1500")
    page.locator("main form").first.evaluate("form => { form.noValidate = true; form.requestSubmit() }")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Number of posts")).to_have_value("3")
    found += look_at(page, "series-refused")
    site.watch(page).expect("status of 422")
    page.get_by_label("How many days ahead").fill("150")
    page.get_by_role("button", name="Begin the series").click()
    expect(page.get_by_role("status").first).to_contain_text("The series is begun")
    expect(page.locator(".series-day")).to_have_count(3)
    found += look_at(page, "series")
    page.get_by_role("button", name="Leave out").nth(1).click()
    expect(page.get_by_role("button", name="Put in again")).to_have_count(1)
    found += look_through(page, [("series-list", "/series")])
    assert found == []


def test_a_queue_takes_another_order_by_mouse_and_by_keys(site):
    hall = make_town_hall()
    posts = in_slots(hall.roads, "First", "Second", "Third")
    pooling.put_in(posts[0], actor=actor_for(hall.kari), now=database_now())
    page = site.open(hall.kari)
    page.goto("/streams/roads/queue")
    lines = page.locator("[data-queue] > li")
    times = page.locator(".queue-time").all_text_contents()
    third, first = frame(lines.nth(2).locator(".queue-time")), frame(lines.nth(0))
    page.mouse.move(third["x"] + 5, third["y"] + 5)
    page.mouse.down()
    page.mouse.move(first["x"] + 40, first["y"] + 4, steps=15)
    # Let go where it shows that the line has got there, as people do.
    shown = lines.locator(".queue-title")
    for step in range(40):
        page.mouse.move(first["x"] + 40, first["y"] + 2 + step % 3)
        if shown.first.text_content() == "Third":
            break
        page.wait_for_timeout(50)
    page.mouse.up()
    expect(shown).to_have_text(["Third", "First", "Second"])
    assert page.locator(".queue-time").all_text_contents() == times
    page.get_by_role("button", name="Later: Third").focus()
    page.keyboard.press("Enter")
    expect(lines.locator(".queue-title")).to_have_text(["First", "Third", "Second"])
    expect(lines.nth(1)).to_be_focused()
    page.get_by_role("button", name="Undo: the order as it was").click()
    expect(lines.locator(".queue-title")).to_have_text(["Third", "First", "Second"])
    page.get_by_role("button", name="of the next 2 weeks").click()
    expect(page.get_by_role("button", name="Undo: throw away the")).to_be_visible()
    found = look_at(page, "queue-filled")
    page.get_by_role("button", name="Undo: throw away the").click()
    expect(lines).to_have_count(3)
    assert found == []
    db.session.expire_all()
    assert [post.title for post in queue_of(hall.roads, database_now())] == ["Third", "First", "Second"]


def test_holidays_and_quiet_hours_are_typed_and_their_slots_answered(site):
    hall = make_town_hall()
    in_slots(hall.roads)
    page = site.open(hall.kari)
    page.goto("/streams/roads/edit")
    page.get_by_text("Holidays, pauses and quiet hours").click()
    page.get_by_role("textbox", name="Until").fill("11:00")
    page.locator("[name=quiet_since]").fill("09:00")
    expect(page.locator("#slots")).to_contain_text("This offers no slot")
    page.locator("#pauses").get_by_role("button", name="Another line").click()
    expect(page.locator("[name=pause_first]").nth(1)).to_be_focused()
    assert look_at(page, "stream-breaks") == []


def test_the_event_of_one_post_of_a_series_follows_its_hour_while_it_is_written(site):
    hall = make_town_hall()
    (post,) = in_slots(hall.roads, "Concert")
    day = to_wall(post.due_at, "Europe/Oslo").date()
    with meanwhile():
        actor, now = actor_for(hall.kari), database_now()
        event = {
            "starts_at": f"{day}T18:00",
            "ends_at": f"{day}T23:30",
            "timezone": "Europe/Oslo",
            "location": "Hall",
        }
        edit(post, {"event": event}, version=post.version, actor=actor, now=now)
        begin(post, {"rule": "FREQ=DAILY", "first": day.isoformat(), "time": "10:00", "timezone": "Europe/Oslo",
                     "ahead_days": 2}, actor=actor, now=now)  # fmt: skip
    page = site.open(hall.kari)
    page.goto(f"/posts/{post.uuid}/edit")
    page.locator("#publish-time").fill("11:00")
    expect(page.locator("#event-start-time")).to_have_value("19:00")
    expect(page.locator("#event-end-time")).to_have_value("00:30")
    expect(page.locator("[id='event.ends_at']")).to_have_value(f"{day + timedelta(days=1)}")
    page.locator("#publish-time").fill("09:30")
    expect(page.locator("#event-start-time")).to_have_value("17:30")
    expect(page.locator("[id='event.ends_at']")).to_have_value(day.isoformat())
    wait_until(lambda: values_now(post)["event"]["starts_at"] == f"{day}T17:30", 10)
    assert values_now(post)["publish_at"] == f"{day}T09:30"


def values_now(post):
    db.session.rollback()
    return values_of(post)
