"""Ctrl-K from anywhere: found by a few letters, chosen by arrows, carried out by Enter."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.looking import look_at
from tests.browser.worlds import busy_town_hall

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_post_a_page_and_a_command_are_found_without_a_mouse(site):
    hall = busy_town_hall()
    page = site.open(hall.kari)
    page.goto("/team")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Find and do")
    expect(field).to_be_focused()
    found = look_at(page, "palette")
    rows = page.get_by_role("listbox", name="Found").get_by_role("option")
    field.fill("stre")
    expect(rows.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    field.fill("bridge op")
    expect(rows.filter(has_text="Bridge open again")).to_be_visible()
    found += look_at(page, "palette-found")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/posts/{hall.posts['scheduled'].uuid}/edit")
    page.goto("/streams")
    page.keyboard.press("/")
    field.fill("nothing is called that")
    expect(page.get_by_text("Nothing is called that. Try fewer letters.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    field.fill("light or")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto("/help#outcomes")
    assert found + look_at(page, "help") == []
