"""Formatting without knowing Markdown: by keys in the text, by the bar, by the mouse; links by a dialog."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from calendar_app.extensions import database_now
from calendar_app.people.roles import actor_for
from calendar_app.snippets import keeping
from calendar_app.snippets.models import PostTemplate, Snippet
from tests.browser.looking import look_at, look_through
from tests.browser.worlds import make_town_hall

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_text_is_formatted_by_keys_by_the_bar_and_by_the_mouse(site):
    page = site.open(make_town_hall().kari)
    page.goto("/posts/new?stream=roads")
    text = page.get_by_role("textbox", name="Text", exact=True)
    keys = page.keyboard
    text.focus()
    keys.type("The bridge is ")
    keys.press("Control+b")
    keys.type("closed")
    expect(text).to_have_value("The bridge is **closed**")
    keys.press("Control+Shift+ArrowLeft")
    text.evaluate("one => one.setSelectionRange(16, 22)")
    keys.press("Control+b")
    expect(text).to_have_value("The bridge is closed")
    keys.press("Control+z")
    expect(text).to_have_value("The bridge is **closed**")
    keys.press("Control+End")
    keys.type("\n\nBuses")
    keys.press("Control+Shift+Digit8")
    keys.press("Enter")
    keys.type("Bikes")
    keys.press("Enter")
    keys.press("Enter")
    expect(text).to_have_value("The bridge is **closed**\n\n- Buses\n- Bikes\n")
    # The bar is one stop of the Tab key before the text; the arrows go along it and round.
    keys.press("Shift+Tab")
    bold = page.get_by_role("button", name="Bold")
    expect(bold).to_be_focused()
    keys.press("ArrowLeft")
    expect(page.get_by_role("button", name="Snippet", exact=True)).to_be_focused()
    keys.press("ArrowLeft")
    keys.press("ArrowLeft")
    keys.press("Enter")
    expect(text).to_be_focused()
    keys.type("Sorry")
    expect(text).to_have_value("The bridge is **closed**\n\n- Buses\n- Bikes\n> Sorry")
    text.evaluate("one => one.setSelectionRange(0, 3)")
    page.get_by_role("button", name="Heading").click()
    expect(text).to_have_value("### The bridge is **closed**\n\n- Buses\n- Bikes\n> Sorry")


def test_a_link_is_asked_for_and_can_be_changed(site):
    page = site.open(make_town_hall().kari)
    page.goto("/posts/new?stream=roads")
    text = page.get_by_role("textbox", name="Text", exact=True)
    text.fill("See the map")
    text.evaluate("one => one.setSelectionRange(4, 11)")
    text.press("Control+k")
    dialog = page.get_by_role("dialog", name="Link in the text")
    expect(dialog.get_by_label("Words that are shown")).to_have_value("the map")
    address = dialog.get_by_label("Address")
    expect(address).to_be_focused()
    address.fill("javascript:alert(1)")
    address.press("Enter")
    expect(dialog).to_contain_text("Write a web address, such as https://example.org")
    assert look_at(page, "link dialog") == []
    address.fill("example.org/a(b)")
    address.press("Enter")
    expect(text).to_be_focused()
    expect(text).to_have_value("See [the map](<https://example.org/a(b)>)")
    text.press("ArrowLeft")
    text.press("Control+k")
    expect(address).to_have_value("https://example.org/a(b)")
    address.press("Escape")
    expect(text).to_be_focused()
    expect(text).to_have_value("See [the map](<https://example.org/a(b)>)")


def test_a_post_begins_with_a_template_and_a_snippet_is_found_and_put_in_by_keys(site):
    hall = make_town_hall()
    told = {"team_id": hall.team.id, "actor": actor_for(hall.kari), "now": database_now()}
    keeping.make(PostTemplate, {"name": "Closure", "title": "Closed again", "text": "We are sorry."}, **told)
    keeping.make(Snippet, {"name": "Phone", "text": "Call 22 22 22 22."}, **told)
    keeping.make(Snippet, {"name": "Greeting", "text": "Kind regards"}, **told)
    page = site.open(hall.kari)
    page.goto("/posts/new?stream=roads&at=2031-05-05T09:00")
    page.get_by_role("navigation", name="Begin with a template").get_by_role("link", name="Closure").click()
    title, text = (page.get_by_role("textbox", name=name, exact=True) for name in ("Title", "Text"))
    expect(title).to_have_value("Closed again")
    expect(page.get_by_label("Time", exact=True)).to_have_value("09:00")
    text.press("Control+End")
    page.keyboard.type(" ")
    text.press("Control+Shift+Digit5")
    find = page.get_by_role("combobox", name="Find a snippet")
    expect(find).to_be_focused()
    expect(page.get_by_role("listbox", name="Snippets").get_by_role("option")).to_have_count(2)
    find.fill("regards phone")
    expect(page.get_by_text("None of your snippets has these words.")).to_be_visible()
    find.fill("")
    find.press("ArrowDown")
    assert look_at(page, "snippets") == []
    find.press("Enter")
    expect(text).to_be_focused()
    expect(text).to_have_value("We are sorry. Call 22 22 22 22.")
    assert look_through(page, [("templates", "/snippets"), ("template", "/templates/new")]) == []
