"""Everything can be done without a mouse: Tab gets everywhere, one sees where one is, dialogs give the focus back."""

from __future__ import annotations

import json
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE
from tests.browser.walking import walk
from tests.browser.worlds import (
    PASSWORD,
    WEEKDAYS,
    ZONE,
    busy_town_hall,
    make_town_hall,
    plan,
    with_password,
)
from tests.factories import make_post
from tests.turns import share

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# 1280 by 1024, enlarged to four times its size.
SIZES = {"1440": WIDE, "390": NARROW, "at 400 per cent": {"width": 320, "height": 256}}
LEAST_AND_MOST = ("1440", "at 400 per cent")
# Where one gets to, with places for posts of the busy town hall by their state.
OF_MEMBERS = (
    "/calendar", "/calendar?view=week", "/calendar?view=list", "/calendar?view=streams", "/posts/new",
    "/posts/{scheduled}/edit",
    "/posts/{failed}/edit", "/streams", "/streams/new", "/accounts", "/team", "/settings",
)  # fmt: skip
# Long pages, and forms beside a post: what is new to the hand is walked at the widest and at the smallest.
BESIDE_POSTS = (
    "/calendar?view=day", "/streams/roads/queue", "/series", "/series/new?post={draft}", "/snippets",
    "/templates/new", "/posts/{scheduled}/history", "/posts/{scheduled}/links", "/needs", "/notices", "/help",
)  # fmt: skip
OF_READERS = ("/sign-in", "/?s=roads&s=culture", "/streams/roads", "/posts/{delivered}")


@pytest.mark.parametrize("size", SIZES)
def test_tab_reaches_everything_and_one_sees_where_it_is(site, size):
    hall = busy_town_hall()
    member, reader = (site.open(person, size=SIZES[size]) for person in (hall.kari, None))
    wrong = walk_all(member, hall, share(OF_MEMBERS, size, list(SIZES)))
    wrong |= walk_all(reader, hall, share(OF_READERS, size, list(SIZES)))
    assert wrong == {}, json.dumps(wrong, indent=1)


@pytest.mark.parametrize("size", LEAST_AND_MOST)
def test_tab_reaches_what_stands_beside_posts_as_well(site, size):
    hall = busy_town_hall()
    page = site.open(hall.kari, size=SIZES[size])
    wrong = walk_all(page, hall, share(BESIDE_POSTS, size, LEAST_AND_MOST))
    assert wrong == {}, json.dumps(wrong, indent=1)


def test_signing_in_writing_and_scheduling_with_keys_alone(site):
    hall = make_town_hall(cadence=WEEKDAYS)
    with_password(hall.kari)
    page = site.open()
    keys = page.keyboard
    page.goto("/sign-in")
    press(keys, "Tab", "Tab", "Tab")
    keys.type(hall.kari.email)
    press(keys, "Tab")
    keys.type(PASSWORD)
    press(keys, "Enter")
    page.wait_for_url("**/calendar")
    press(keys, "n")
    expect(page.get_by_role("textbox", name="Title", exact=True)).to_be_focused()
    keys.type("By keys alone")
    press(keys, "Enter")
    keys.type("Not one click.")
    for stream in ("Road works", "Culture"):
        tab_to(page, page.get_by_role("checkbox", name=stream), back=True)
        press(keys, " ")
    tab_to(page, page.get_by_role("group", name="Next free slots").get_by_role("button").first)
    press(keys, "Enter")
    expect(page.get_by_label("Time", exact=True)).to_have_value("09:00")
    day = page.get_by_label("Date", exact=True).input_value()
    press(keys, "Control+Enter")
    expect(page.get_by_text(re.compile("^Scheduled for "))).to_be_visible()
    page.wait_for_load_state()
    press(keys, "g", "c")
    page.wait_for_url("**/calendar")
    page.goto(f"/calendar?date={day}")
    expect(page.locator("#plan [data-post]")).to_have_attribute("data-state", "scheduled")
    press(keys, "j")
    expect(page.locator("#plan [data-post]")).to_be_focused()


def test_the_skip_link_leads_past_the_navigation(site):
    page = site.open(make_town_hall().kari)
    page.goto("/team")
    press(page.keyboard, "Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    press(page.keyboard, "Enter", "Tab")
    assert page.evaluate("() => document.querySelector('main').contains(document.activeElement)")


def test_an_open_post_takes_the_focus_and_gives_it_back(site):
    hall = make_town_hall()
    today = datetime.now(ZoneInfo(ZONE)).date()
    post = plan(make_post(hall.roads), f"{today.isoformat()}T10:00")
    page = site.open(hall.kari)
    page.goto("/calendar")
    on_plan = page.locator(f'#plan [data-post="{post.uuid}"]')
    press(page.keyboard, "j", "Enter")
    expect(page.locator("#peek h2")).to_be_focused()
    expect(page).to_have_url(re.compile(f"post={post.uuid}"))
    press(page.keyboard, "Escape")
    expect(page.locator("#peek")).to_be_hidden()
    expect(on_plan).to_be_focused()
    page.go_back()
    expect(page.locator("#peek h2")).to_be_visible()
    page.go_back()
    expect(page.locator("#peek")).to_be_hidden()


def test_the_dialog_of_the_keys_holds_the_focus_and_gives_it_back(site):
    hall = make_town_hall()
    page = site.open(hall.kari)
    page.goto("/calendar")
    press(page.keyboard, "Tab", "Tab", "Tab")
    before = focused(page)
    press(page.keyboard, "?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(4):
        press(page.keyboard, "Tab")
        assert page.evaluate(
            "() => document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    press(page.keyboard, "n")
    expect(dialog).to_be_visible()
    press(page.keyboard, "Escape")
    expect(dialog).to_be_hidden()
    assert focused(page) == before


def test_letters_typed_into_a_field_are_letters(site):
    hall = make_town_hall()
    page = site.open(hall.kari)
    page.goto("/posts/new")
    page.keyboard.type("n g c ? z m t 1")
    expect(page.get_by_role("textbox", name="Title", exact=True)).to_have_value("n g c ? z m t 1")
    expect(page).to_have_url(re.compile("/posts/"))


def walk_all(page, hall, paths):
    """What is wrong on the way through each of these pages, by path."""
    ids = {state: post.uuid for state, post in hall.posts.items()}
    found = {path: walk(page, path.format(**ids)) for path in paths}
    return {path: problems for path, problems in found.items() if problems}


def press(keyboard, *keys):
    for key in keys:
        keyboard.press(key)


def tab_to(page, locator, *, back=False):
    for _ in range(60):
        if locator.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    pytest.fail(f"Tab does not reach {locator}")


def focused(page):
    return page.evaluate("() => document.activeElement.outerHTML")
