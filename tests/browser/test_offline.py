"""Without a connection: the composer opens, the text is kept, and it is saved when the site can be reached again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import meanwhile
from tests.browser.three_ways import come, three_ways
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


@three_ways("begun without a connection")
def test_a_post_is_begun_without_a_connection_and_saved_with_one(site, way):
    hall = make_town_hall()
    kari = come(site, hall.kari, way, service_workers="allow")
    page = kari.page
    page.goto("/calendar")
    wait_until(lambda: page.evaluate(KEPT), 30, every=0.2)
    page.reload()
    assert not_installable(page) <= {"in-incognito"}
    page.context.set_offline(True)
    page.goto("/posts/new")
    expect(page.locator("[data-no-connection]")).to_be_visible()
    kari.write(kari.named("textbox", "Title"), "Written on the ferry")
    kept = kari.say("Not saved yet: no connection. Your text is kept in this browser.")
    expect(page.locator("span[data-saved]")).to_contain_text(kept)
    page.goto("/team")
    expect(page.get_by_role("heading", level=1)).to_have_text(kari.say("Sluice cannot be reached"))
    assert kari.look("offline-page") == []
    kari.link("The calendar as last seen")
    expect(page.locator("#plan")).to_be_visible()
    page.context.set_offline(False)
    site.watch(page).expect("ERR_INTERNET_DISCONNECTED|Failed to fetch|Failed to load resource")
    page.goto("/posts/new")
    expect(kari.named("textbox", "Title")).to_have_value("Written on the ferry")
    page.wait_for_url("**/posts/*/edit")
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
    expect(page.get_by_role("heading", level=1)).to_have_text(kari.say("Sign in"))
    assert not page.evaluate(HERS)
    site.sign_in(page.context, hall.kari)
    # A plan might ask for its news just as its reader leaves.
    page.goto("/team")
    if way == "touch":
        kari.open(".tabs-more > summary")
    kari.button("Sign out", exact=True)
    expect(page.get_by_role("heading", level=1)).to_have_text(kari.say("Sign in"))
    assert page.evaluate("async () => (await caches.keys()).includes('sluice-pages')") is False
