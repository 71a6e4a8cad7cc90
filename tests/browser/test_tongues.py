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
from tests.media.pictures import png

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

EMPTY = {"title": "", "text": "", "first_comment": "", "alts": {}}
# How far the page jumps while it loads.
SHIFTS = """window.shifted = 0; new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifted += one.value;
}).observe({ type: "layout-shift", buffered: true });"""


def kept(**wanted):
    def there():
        db.session.rollback()
        post = db.session.scalars(sa.select(Post).order_by(Post.id.desc())).first()
        return post and translation_values(post) == {
            code: {**EMPTY, **words} for code, words in wanted.items()
        }

    wait_until(there, 8)


def test_what_still_fits_is_counted_in_every_language_as_in_the_first(site):
    page = open_composer(site, make_town_hall().kari)
    title(page).fill("The bridge is closed")
    page.get_by_label("Add a language").select_option("nb")
    page.get_by_role("button", name="Add this language").click()
    for field, limit in (("first_comment", 3000), ("title", 200), ("text", 50000)):
        counters = [page.locator(f'[data-counter="{name}"]') for name in (field, f"translations.nb.{field}")]
        for name, counter in zip((field, f"translations.nb.{field}"), counters, strict=True):
            expect(counter).to_be_hidden()
            page.locator(f'[data-field="{name}"]').first.fill("å" * (limit - 19))
            expect(counter).to_have_text("19 left")
            expect(counter).to_have_attribute("data-level", "near")
            page.locator(f'[data-field="{name}"]').first.fill("å" * (limit + 2))
            expect(counter).to_contain_text("2 too many")
            page.locator(f'[data-field="{name}"]').first.fill("å")
    page.locator('[data-field="translations.nb.first_comment"]').fill("å" * 2990)
    assert look_at(page, "composer-language-counter") == []
    page.reload()
    expect(page.locator('[data-counter="translations.nb.first_comment"]')).to_have_text("10 left")


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


def test_first_comment_and_words_for_each_picture_stand_in_the_panel_of_their_language(site):
    page = open_composer(site, make_town_hall().kari)
    title(page).fill("The bridge is closed")
    page.get_by_label("Add a picture").set_input_files(
        {"name": "bridge.png", "mimeType": "image/png", "buffer": png(120, 90)}
    )
    page.get_by_label("What it shows").fill("A bridge")
    page.get_by_label("Add a language").select_option("nb")
    page.get_by_role("button", name="Add this language").click()
    page.get_by_role("textbox", name="Title in norsk bokmål").fill("Broen er stengt")
    page.get_by_role("textbox", name="First comment in norsk bokmål").fill("Kart")
    norsk = page.get_by_role("textbox", name="What picture 1 shows, in norsk bokmål")
    norsk.fill("En bro")
    wait_until(lambda: len(numbers()) == 1, 8)
    (first,) = numbers()
    nb = {"title": "Broen er stengt", "first_comment": "Kart"}
    kept(nb={**nb, "alts": {first: "En bro"}})
    # A second picture gets its field at once; the fields follow the order of the pictures.
    page.get_by_label("Add a picture").set_input_files(
        {"name": "boat.png", "mimeType": "image/png", "buffer": png(90, 120, (200, 10, 10))}
    )
    page.get_by_role("textbox", name="What picture 2 shows, in norsk bokmål").fill("En båt")
    wait_until(lambda: len(numbers()) == 2, 8)
    second = numbers()[1]
    kept(nb={**nb, "alts": {first: "En bro", second: "En båt"}})
    page.get_by_label("Move the picture to the right").first.click()
    expect(norsk).to_have_value("En båt")
    # Taken out with its words, and brought back with them.
    page.get_by_label("Take the picture out").first.click()
    expect(norsk).to_have_value("En bro")
    kept(nb={**nb, "alts": {first: "En bro"}})
    page.get_by_role("button", name="Undo").click()
    expect(norsk).to_have_value("En båt")
    kept(nb={**nb, "alts": {first: "En bro", second: "En båt"}})
    assert look_at(page, "composer-language-pictures") == []
    page.reload()
    expect(norsk).to_have_value("En båt")
    page.get_by_role("button", name="Take out norsk bokmål").click()
    kept()
    page.get_by_role("button", name="Undo").click()
    expect(norsk).to_have_value("En båt")
    kept(nb={**nb, "alts": {first: "En bro", second: "En båt"}})


def numbers():
    """The pictures of the post, the oldest first, as text."""
    db.session.rollback()
    post = db.session.scalars(sa.select(Post).order_by(Post.id.desc())).first()
    return sorted((str(row.media_id) for row in post.pictures), key=int) if post else []


def test_a_sentence_that_could_be_plainer_is_named_while_one_writes_until_the_team_does_without(site):
    hall = make_town_hall()
    page = open_composer(site, hall.kari)
    named = page.get_by_role("list", name="Sentences that could be plainer")
    text(page).fill("We move the stop on Monday.")
    page.wait_for_timeout(1500)
    expect(named).to_have_count(0)
    text(page).fill("The stop will be moved on Monday. You find it by the school.")
    expect(named.get_by_role("listitem")).to_have_text(
        ["Who does it is not said (be moved): The stop will be moved on Monday"]
    )
    page.get_by_label("Add a language").select_option("nb")
    page.get_by_role("button", name="Add this language").click()
    page.get_by_role("textbox", name="Text in norsk bokmål").fill("Holdeplassen flyttes på mandag.")
    expect(named.get_by_role("listitem")).to_have_count(2)
    assert look_at(page, "composer-plainer") == []
    page.goto("/team")
    page.get_by_label("Name sentences that could be plainer").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    page.go_back()
    page.go_back()
    page.reload()
    expect(text(page)).to_have_value("The stop will be moved on Monday. You find it by the school.")
    expect(named).to_have_count(0)
