"""Whatever is thrown away is taken back with one press, by the toast, a key or the history, on whichever page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from calendar_app.extensions import database_now, db
from calendar_app.people.roles import actor_for
from calendar_app.series.editing import begin
from calendar_app.series.models import Occurrence, Series
from calendar_app.snippets import keeping
from calendar_app.snippets.models import Snippet
from tests.browser.conftest import NARROW, meanwhile
from tests.browser.looking import look_at
from tests.browser.worlds import make_town_hall, plan
from tests.factories import make_person, make_post

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DAY = date.today() + timedelta(days=3)  # noqa: DTZ011


def said(page):
    return page.locator("[data-toast-text]")


def days_of():
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Occurrence.id, Occurrence.day, Occurrence.post_id).order_by(Occurrence.id)
    )
    return [tuple(row) for row in rows]


def test_a_series_goes_and_comes_and_goes_by_toast_key_and_history(site):
    hall = make_town_hall()
    with meanwhile():
        post = plan(make_post(hall.roads, title="Road report"), f"{DAY}T09:00")
        wanted = {"rule": "FREQ=DAILY", "first": DAY.isoformat(), "time": "09:00", "timezone": "Europe/Oslo",
                  "ahead_days": 6}  # fmt: skip
        number = begin(post, wanted, actor=actor_for(hall.kari), now=database_now()).id
    before = days_of()
    page = site.open(hall.kari)
    page.goto(f"/series/{number}")
    page.get_by_role("button", name="Throw the series away").click()
    expect(said(page)).to_have_text("The series is gone. Its posts stay as ordinary posts.")
    expect(page.locator(".flashes .note")).to_have_count(0)
    assert [post for _row, _day, post in days_of()] == [None] * len(before)
    page.get_by_role("button", name="Undo Z").click()
    page.wait_for_url(f"**/series/{number}")
    expect(said(page)).to_contain_text("The series is back")
    assert days_of() == before

    page.keyboard.press("Shift+Z")
    page.wait_for_url("**/series")
    expect(page.locator("#main")).not_to_contain_text("Road report")
    page.goto("/streams")
    page.keyboard.press("u")
    history = page.get_by_role("dialog", name="What you did here")
    expect(history.locator(".history-words")).to_have_text(
        ["The series is gone. Its posts stay as ordinary posts."]
    )
    problems = look_at(page, "history-elsewhere")
    history.get_by_role("button", name="Take back to here").click()
    expect(said(page)).to_contain_text("The series is back")
    page.keyboard.press("Escape")
    assert days_of() == before
    assert db.session.scalars(sa.select(Series.removed_at)).all() == [None]

    page.goto(f"/series/{number}")
    page.get_by_role("button", name="End it and throw away what is untouched").click()
    expect(said(page)).to_contain_text("posts thrown away")
    page.keyboard.press("z")
    expect(said(page)).to_contain_text("The series goes on.")
    assert [row[:2] for row in days_of()] == [row[:2] for row in before]
    assert problems == []


def test_a_view_a_snippet_and_a_stream_come_back(site):
    hall = make_town_hall()
    with meanwhile():
        actor = actor_for(hall.kari)
        words = {"name": "Greeting", "text": "Hello"}
        keeping.make(Snippet, words, team_id=hall.team.id, actor=actor, now=database_now())
    page = site.open(hall.kari)
    page.goto(f"/calendar?view=week&date={DAY}")
    rail = page.locator("#rail-views")
    rail.get_by_text("Save this view").click()
    rail.get_by_label("Name").last.fill("My week")
    rail.get_by_role("button", name="Save").last.click()
    rail.get_by_label("Change “My week”").click()
    rail.get_by_role("button", name="Delete").click()
    expect(said(page)).to_contain_text("“My week” is deleted.")
    expect(rail.get_by_role("link", name="My week")).to_have_count(0)
    page.evaluate("() => { window.same = true }")
    page.keyboard.press("z")
    expect(rail.get_by_role("link", name="My week")).to_be_visible()
    page.keyboard.press("Shift+Z")
    expect(rail.get_by_role("link", name="My week")).to_have_count(0)
    page.keyboard.press("z")
    expect(rail.get_by_role("link", name="My week")).to_be_visible()
    assert page.evaluate("() => window.same") is True

    page.goto("/snippets")
    page.get_by_role("button", name="Throw away Greeting").click()
    expect(said(page)).to_have_text("“Greeting” was thrown away.")
    expect(page.get_by_role("link", name="Greeting")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.get_by_role("link", name="Greeting")).to_be_visible()
    page.goto("/streams/culture/edit")
    page.get_by_role("button", name="Archive this stream").click()
    expect(said(page)).to_contain_text("“Culture” is archived.")
    page.keyboard.press("z")
    expect(said(page)).to_have_text("“Culture” is in use again.")
    page.go_back()
    page.keyboard.press("u")
    sentences = page.locator("[data-history] .history-words")
    expect(sentences).to_have_text(
        ["“Culture” is archived. Its feed stays readable; below you can take it up again."]
    )


def test_a_post_and_a_colleague_come_back_on_a_narrow_screen_and_moves_wait_for_the_calendar(site):
    hall = make_town_hall()
    ola = make_person(hall.team, "author", name="Ola Hansen")
    post = plan(make_post(hall.roads, title="Halloween"), f"{DAY}T10:00")
    page = site.open(hall.kari, size=NARROW)
    page.goto(f"/calendar?view=day&date={DAY}")
    page.locator(f'#plan [data-post="{post.uuid}"]').focus()
    page.keyboard.press("d")
    expect(said(page)).to_contain_text("Duplicated")
    page.goto("/team")
    page.keyboard.press("z")
    expect(said(page)).to_contain_text("is taken back and done again in the calendar.")
    page.get_by_role("button", name="Remove Ola Hansen").click()
    expect(said(page)).to_have_text("Ola Hansen is no longer in the team.")
    page.locator("[data-undo]").click()
    expect(page.get_by_role("button", name="Remove Ola Hansen")).to_be_visible()
    db.session.rollback()
    assert [(one.team_id, one.role) for one in ola.memberships] == [(hall.team.id, "author")]

    page.goto(f"/posts/{post.uuid}/edit")
    page.locator(".acts-more summary").click()
    page.get_by_role("button", name="Throw away").click()
    expect(page.locator("#main")).to_contain_text("“Halloween” is thrown away.")
    page.goto("/streams")
    page.keyboard.press("z")
    expect(said(page)).to_have_text("The post is back, as a draft.")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"/calendar?view=day&date={DAY}")
    expect(page.locator(f'#plan [data-post="{post.uuid}"]')).to_be_visible()


def test_what_is_said_about_a_post_is_taken_back_and_said_again(site):
    hall = make_town_hall()
    with meanwhile():
        post = make_post(hall.roads, title="Bridge", text="Closed until Monday.")
    page = site.open(hall.kari, size=NARROW)
    page.goto(f"/posts/{post.uuid}/edit#comments")
    page.evaluate("() => { window.same = true }")
    page.get_by_label("New comment").fill("Really Monday?")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(said(page)).to_have_text("Commented on “Bridge”")
    talk = page.locator("#comments")
    page.keyboard.press("z")
    expect(said(page)).to_have_text("Removed a comment on “Bridge”")
    expect(talk).to_contain_text("This comment was removed.")
    page.keyboard.press("Shift+Z")
    expect(talk.locator(".said-text")).to_have_text("Really Monday?")

    talk.get_by_text("Change", exact=False).first.click()
    talk.get_by_label("Your comment").fill("Really Tuesday?")
    talk.get_by_role("button", name="Save").click()
    expect(talk.locator(".said-text")).to_have_text("Really Tuesday?")
    page.get_by_role("button", name="Undo").last.click()
    expect(talk.locator(".said-text")).to_have_text("Really Monday?")
    page.keyboard.press("Shift+Z")
    expect(talk.locator(".said-text")).to_have_text("Really Tuesday?")

    talk.get_by_role("button", name="Mark as settled").click()
    expect(talk).to_contain_text("Settled by Kari Nordmann")
    page.keyboard.press("z")
    expect(talk.get_by_role("button", name="Mark as settled")).to_be_visible()
    talk.get_by_role("button", name="Remove").click()
    expect(talk).to_contain_text("This comment was removed.")
    page.keyboard.press("u")
    history = page.get_by_role("dialog", name="What you did here")
    expect(history.locator(".history-words").nth(0)).to_have_text("Removed a comment on “Bridge”")
    history.get_by_role("button", name="Take back to here").last.click()
    expect(said(page)).to_contain_text("steps were taken back")
    page.keyboard.press("Escape")
    expect(talk).to_contain_text("This comment was removed.")
    assert page.evaluate("() => window.same") is True

    page.goto("/streams")
    page.keyboard.press("Shift+Z")
    expect(said(page)).to_have_text("A comment on “Bridge” is back")
