"""Formatting without knowing Markdown: by keys in the text, by the bar, by the mouse; links by a dialog."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.looking import look_at
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
    expect(page.get_by_role("button", name="Link", exact=True)).to_be_focused()
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
