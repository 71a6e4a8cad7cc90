"""A post in a further language: added beside its own, saved as one types, taken out and brought back, read by all."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from calendar_app.extensions import db
from calendar_app.posts.models import Post
from calendar_app.posts.translating import translation_values
from tests.browser.looking import look_at
from tests.browser.test_writing import open_composer, text, title
from tests.browser.worlds import make_town_hall
from tests.conftest import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# How far the page jumps while it loads.
SHIFTS = """window.shifted = 0; new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifted += one.value;
}).observe({ type: "layout-shift", buffered: true });"""


def kept(**wanted):
    def there():
        db.session.rollback()
        post = db.session.scalars(sa.select(Post).order_by(Post.id.desc())).first()
        return post and translation_values(post) == wanted

    wait_until(there, 8)


def test_a_language_is_added_taken_out_brought_back_and_stands_after_a_reload(site):
    page = open_composer(site, make_town_hall().kari)
    title(page).fill("The bridge is closed")
    text(page).fill("Until Monday.")
    page.get_by_label("Add a language").select_option("nb")
    page.get_by_role("button", name="Add this language").press("Enter")
    norsk = page.get_by_role("textbox", name="Title in norsk bokmål")
    expect(norsk).to_be_focused()
    page.keyboard.type("Broen er stengt")
    page.get_by_role("textbox", name="Text in norsk bokmål").fill("Til mandag.")
    kept(nb={"title": "Broen er stengt", "text": "Til mandag."})
    page.get_by_label("Add a language").select_option("sv")
    page.get_by_role("button", name="Add this language").click()
    page.get_by_role("textbox", name="Title in svenska").fill("Bron är stängd")
    expect(norsk).to_be_hidden()
    page.get_by_role("tab", name="svenska").press("ArrowLeft")
    expect(norsk).to_be_visible()
    sv = {"title": "Bron är stängd", "text": ""}
    kept(nb={"title": "Broen er stengt", "text": "Til mandag."}, sv=sv)
    assert look_at(page, "composer-languages") == []
    page.get_by_role("button", name="Take out norsk bokmål").click()
    kept(sv=sv)
    page.get_by_role("button", name="Undo").click()
    expect(norsk).to_be_focused()
    kept(nb={"title": "Broen er stengt", "text": "Til mandag."}, sv=sv)
    page.add_init_script(SHIFTS)
    page.reload()
    page.get_by_role("tab", name="svenska").click()
    expect(page.get_by_role("textbox", name="Title in svenska")).to_have_value("Bron är stängd")
    assert page.evaluate("window.shifted") < 0.01
    page.get_by_role("textbox", name="Title in svenska").fill("x" * 201)
    expect(page.get_by_text("This is 201 characters long")).to_have_count(0)
    title(page).focus()
    expect(page.get_by_text("This is 201 characters long; 200 fit. Shorten it.")).to_be_visible()
    page.get_by_role("textbox", name="Title in svenska").fill("")
    kept(nb={"title": "Broen er stengt", "text": "Til mandag."})
