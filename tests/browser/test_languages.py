"""Bokmål and Swedish have longer words: every page still fits, and scripts say their sentences in them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from calendar_app.extensions import db
from calendar_app.planner.asking import VIEWS
from tests.browser.conftest import NARROW, WIDE
from tests.browser.looking import layout
from tests.browser.worlds import busy_town_hall, day_of
from tests.turns import share

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LOCALES = {"nb": "nb-NO", "sv": "sv-SE"}
WORDS_CUT = """() => [...document.querySelectorAll(".btn, .nav-list a, .tabs-phone a, .state-mark, th, label, h1")]
  .filter((one) => one.checkVisibility() && !one.closest(".sr") && one.scrollWidth > one.clientWidth + 1
    && getComputedStyle(one).overflowX === "hidden" && getComputedStyle(one).textOverflow !== "ellipsis")
  .map((one) => one.textContent.trim().slice(0, 40))"""


def paths_of(hall):
    return (
        *(f"/calendar?view={view}" for view in VIEWS),
        *(
            "/series",
            "/snippets",
            "/templates/new",
            "/streams/roads/queue",
            "/streams/roads/edit",
            "/needs",
            "/notices",
        ),
        *("/help", "/accounts/new?channel=slack", f"/series/new?post={hall.posts['draft'].uuid}"),
        *(f"/posts/{hall.posts['scheduled'].uuid}/{what}" for what in ("history", "links")),
        *("/streams", "/streams/new", "/accounts", "/accounts/new?channel=webhook", "/team", "/settings"),
        *(
            "/posts/new",
            f"/posts/{hall.posts['draft'].uuid}/edit",
            f"/posts/{hall.posts['failed'].uuid}/edit",
        ),
        *("/", "/streams/roads"),
    )


@pytest.mark.parametrize("language", LOCALES)
def test_every_page_fits_in_every_language(site, language):
    hall = busy_town_hall()
    hall.kari.locale = language
    db.session.commit()
    page = site.open(hall.kari, locale=LOCALES[language])
    flaws = []
    for path in share(paths_of(hall), language, list(LOCALES)):
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == language
        for size in (WIDE, NARROW, {"width": 320, "height": 640}):
            page.set_viewport_size(size)
            flaws += [f"{path} at {size['width']}: {flaw}" for flaw in layout(page)]
            flaws += [f"{path} at {size['width']} cuts {text}" for text in page.evaluate(WORDS_CUT)]
    assert flaws == [], "\n".join(flaws)


@pytest.mark.parametrize(
    ("language", "saved", "moved"), [("nb", "Lagret ", "Flyttet «"), ("sv", "Sparat ", "Flyttade ”")]
)
def test_scripts_speak_the_language_of_the_page(site, language, saved, moved):
    hall = busy_town_hall()
    hall.kari.locale = language
    db.session.commit()
    page = site.open(hall.kari, locale=LOCALES[language])
    page.goto(f"/posts/{hall.posts['draft'].uuid}/edit")
    page.locator("#text").press_sequentially(" x")
    expect(page.locator(".saved")).to_contain_text(saved)
    scheduled = hall.posts["scheduled"]
    page.goto(f"/calendar?view=month&date={day_of(scheduled)}")
    entry = page.locator(f'#plan [data-post="{scheduled.uuid}"]')
    entry.focus()
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("[data-toast-text]")).to_contain_text(moved)
