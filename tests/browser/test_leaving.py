"""A page of the composer that is left, loaded anew or only told so keeps the last words, and sends none by itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from calendar_app.times import utcnow
from tests.browser.test_writing import EDIT, kept, open_composer, text, title
from tests.browser.worlds import make_town_hall
from tests.factories import make_post

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def without_own_conflicts(site, page):
    """What the page before had saved is met by the next one, which goes on without asking anybody."""
    expect(page.get_by_role("dialog")).to_have_count(0)
    watch = site.watch(page)
    watch.problems = [one for one in watch.problems if "status of 409" not in one]


def test_what_was_typed_right_before_a_reload_is_there_after_it(site):
    hall = make_town_hall()
    page = open_composer(site, hall.kari, make_post(hall.roads))
    text(page).fill("Typed and gone at once.")
    page.reload()
    expect(text(page)).to_have_value("Typed and gone at once.")
    kept(text="Typed and gone at once.")


def test_reloads_right_after_a_key_bring_back_the_last_words_each_time(site):
    """The second page of a visit is there so soon that it reads what was kept before the first one is told to go."""
    hall = make_town_hall()
    page = open_composer(site, hall.kari, make_post(hall.roads))
    for number in range(8):
        text(page).fill(f"Typed {number}")
        page.reload()
        page.wait_for_timeout(200)
        expect(text(page)).to_have_value(f"Typed {number}")
    kept(text="Typed 7")
    without_own_conflicts(site, page)


def test_a_new_post_reloaded_right_after_a_key_goes_on_as_one_draft(site):
    hall = make_town_hall()
    page = open_composer(site, hall.kari)
    for number in range(4):
        title(page).fill(f"Typed {number}")
        page.reload()
        page.wait_for_timeout(200)
        expect(title(page)).to_have_value(f"Typed {number}")
    text(page).fill("And on.")
    kept(title="Typed 3", text="And on.")
    without_own_conflicts(site, page)


def test_a_reload_begun_before_the_post_was_made_leads_to_it(site):
    page = open_composer(site, make_town_hall().kari)
    title(page).fill("Just made")
    expect(page).to_have_url(EDIT)
    kept(title="Just made")
    # As the browser does that had been asked before the address changed.
    page.evaluate("() => history.replaceState(null, '', '/posts/new')")
    page.reload()
    expect(page).to_have_url(EDIT)
    expect(title(page)).to_have_value("Just made")
    page.goto("/posts/new")
    page.reload()
    page.wait_for_timeout(200)
    expect(title(page)).to_have_value("")


def test_what_went_out_changes_only_by_a_press_whatever_the_page_is_told(site):
    """Neither a connection that comes back nor a link that leads to a file is a press on Save."""
    hall = make_town_hall()
    post = make_post(hall.roads)
    before = post.text
    post.state, post.published_at = "published", utcnow()
    page = open_composer(site, hall.kari, post)
    text(page).fill("Half a thought")
    for told in ("online", "beforeunload"):
        page.evaluate("(told) => { dispatchEvent(new Event(told)) }", told)
    page.wait_for_timeout(3500)
    kept(text=before)
    page.get_by_role("button", name="Save").first.click()
    kept(text="Half a thought")


def test_whoever_opens_something_else_and_stays_goes_on_writing_the_same_post(site):
    page = open_composer(site, make_town_hall().kari)
    with page.expect_response("**/posts"):
        # As where a link leads to a file or a mail: the page is told that it is left, and stays.
        page.evaluate("""() => {
          const title = document.querySelector('#title');
          title.value = 'Still here';
          title.dispatchEvent(new Event('input', { bubbles: true }));
          dispatchEvent(new Event('beforeunload'));
        }""")
    expect(page).to_have_url(re.compile("/edit$"))
    kept(title="Still here")
