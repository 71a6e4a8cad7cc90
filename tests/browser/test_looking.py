"""Those who look see what is wrong: without this, a page full of barriers could pass."""

from __future__ import annotations

import json

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests import turns
from tests.browser.album import write
from tests.browser.looking import look_at
from tests.browser.walking import walk
from tests.browser.worlds import make_town_hall
from tests.conftest import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

BAD = """<h1>One</h1><h1>Two</h1><p class="pale">Hard to read</p><div class="wide">Far too wide</div>
<button></button><a href="/team" class="hides">Somewhere</a><div class="cover">Over it</div>"""
BAD_STYLE = """.pale { color: #ccc; background: #fff } .wide { width: 2000px }
.hides:focus-visible, .hides { outline: none; position: fixed; top: 0; left: 0 }
@media (forced-colors: active) { .pale { forced-color-adjust: none } }
.cover { position: fixed; inset: 0 auto auto 0; height: 40px; width: 120px; background: #fff; z-index: 99 }"""


SPOIL = """([html, css]) => {
  document.querySelector("main").innerHTML = html;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
}"""


def test_barriers_and_broken_layout_are_seen_in_every_light_and_width(site, monkeypatch):
    monkeypatch.setattr(turns, "EVERYTHING", True)
    page = site.open(make_town_hall().kari)
    page.goto("/team")
    assert look_at(page, "team") == []
    page.evaluate(SPOIL, [BAD, BAD_STYLE])
    found = look_at(page, "spoiled")
    for where in ("light, 1440", "dark, 1440", "light, 390", "dark, 390"):
        for sign in ("color-contrast", "has 2 h1", "wider than the screen"):
            assert any(where in problem and sign in problem for problem in found), (where, sign)
    assert [problem for problem in found if "button-name" in problem], found
    for where in ("forced colours", "2560"):
        assert any(where in problem for problem in found), where


def test_a_focus_that_is_covered_or_does_not_show_is_seen(site):
    page = site.open(make_town_hall().kari)
    assert walk(page, "/team") == []
    page.add_init_script(
        f"addEventListener('DOMContentLoaded', () => ({SPOIL})({json.dumps([BAD, BAD_STYLE])}))"
    )
    found = walk(page, "/team")
    assert any("covered by" in problem and "Somewhere" in problem for problem in found), found
    assert any("does not show" in problem and "Somewhere" in problem for problem in found), found


def test_what_a_page_must_not_do_is_noted(site):
    page = site.open()
    page.goto("/sign-in")
    page.evaluate(
        "() => { document.body.insertAdjacentHTML('beforeend', '<img src=\"http://127.0.0.2:9/p.png\">') }"
    )
    page.evaluate("() => { setTimeout(() => { throw new Error('on purpose') }) }")
    page.evaluate("() => fetch('/nothing-here')")
    for sign in ("asked another host", "Content Security Policy", "threw .*on purpose", "status of 404"):
        site.watch(page).expect(sign)
    page.evaluate("() => { location = 'http://news.example/' }")
    wait_until(lambda: page.wait_for_timeout(20) or site.watch(page).problems, 8)
    site.watch(page).expect("asked another host: http://news.example/")


@pytest.mark.parametrize("path", ["/broken", "/sign-in"])
def test_a_broken_answer_is_noted_as_a_page_and_as_a_part_of_one(site, path):
    page = site.open()
    page.route("**/broken", lambda route: route.fulfill(status=500, body="Broken"))
    page.goto(path)
    if path == "/sign-in":
        page.evaluate("() => fetch('/broken')")
    site.watch(page).expect("status of 500")


def test_pictures_become_an_album(site, tmp_path):
    for name in ("calendar-month-light-1440", "calendar-month-dark-390", "post-new-forced-390"):
        Image.new("RGB", (4, 4)).save(tmp_path / f"{name}.png")
    page = site.open()
    page.goto(f"file://{write(tmp_path)}")
    expect(page.get_by_role("heading")).to_have_text("calendar-month: dark, 390 (1 of 3)")
    page.keyboard.press("ArrowRight")
    page.get_by_label("Light").select_option("forced")
    expect(page.get_by_role("img", name="post-new: forced, 390 (1 of 1)")).to_be_visible()
