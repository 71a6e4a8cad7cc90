"""Without a connection: the composer opens, the text is kept, and it is saved when the site can be reached again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import meanwhile
from tests.browser.looking import look_at
from tests.browser.worlds import make_town_hall
from tests.conftest import wait_until
from tests.factories import make_person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

HERS = (
    "async () => (await (await caches.match('/posts/new', { cacheName: 'sluice-pages' }))?.text()) === 'hers'"
)
LEFT_BEHIND = "async () => (await caches.open('sluice-pages')).put('/posts/new', new Response('hers'))"
KEPT = "async () => Boolean(await caches.match('/posts/new', { cacheName: 'sluice-pages' }))"


def not_installable(page):
    """What keeps the browser from offering to install Sluice; windows of tests are all incognito."""
    session = page.context.new_cdp_session(page)
    told = session.send("Page.getInstallabilityErrors")
    session.detach()
    return {error["errorId"] for error in told["installabilityErrors"]}


def test_a_post_is_begun_without_a_connection_and_saved_with_one(site):
    hall = make_town_hall()
    page = site.open(hall.kari, service_workers="allow")
    page.goto("/calendar")
    wait_until(lambda: page.evaluate(KEPT), 30, every=0.2)
    page.reload()
    assert not_installable(page) <= {"in-incognito"}
    page.context.set_offline(True)
    page.goto("/posts/new")
    expect(page.get_by_text("No connection. What you write is kept")).to_be_visible()
    page.get_by_role("textbox", name="Title", exact=True).fill("Written on the ferry")
    expect(page.get_by_role("status").filter(has_text="kept in this browser").first).to_be_visible()
    page.goto("/team")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sluice cannot be reached")
    page.get_by_role("link", name="The calendar as last seen").click()
    expect(page.locator("#plan")).to_be_visible()
    page.context.set_offline(False)
    site.watch(page).expect("ERR_INTERNET_DISCONNECTED|Failed to fetch|Failed to load resource")
    page.goto("/posts/new")
    expect(page.get_by_role("textbox", name="Title", exact=True)).to_have_value("Written on the ferry")
    page.wait_for_url("**/posts/*/edit")
    page.goto("/offline")
    assert look_at(page, "offline") == []
    with meanwhile():
        ola = make_person(hall.team, name="Ola Hansen")
    page.evaluate(LEFT_BEHIND)
    assert page.evaluate(HERS)
    site.sign_in(page.context, ola)
    page.goto("/team")
    wait_until(lambda: not page.evaluate(HERS), 10, every=0.2)
    page.evaluate(LEFT_BEHIND)
    page.context.clear_cookies()
    page.goto("/team")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert not page.evaluate(HERS)
    site.sign_in(page.context, hall.kari)
    page.goto("/calendar")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert page.evaluate("async () => (await caches.keys()).includes('sluice-pages')") is False
