"""Pictures in the composer: added, described, ordered, taken out and brought back; readers see them in the end."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from calendar_app.extensions import db
from calendar_app.posts.models import Post
from tests.browser.looking import look_at
from tests.browser.standing import frame
from tests.browser.test_writing import SAVED, open_composer, said, text, title
from tests.browser.worlds import make_town_hall
from tests.conftest import wait_until
from tests.factories import make_post
from tests.media.pictures import attach, make_medium, png
from tests.receiver import Receiver, answer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def file(name="bridge.png", content=None):
    return {"name": name, "mimeType": "image/png", "buffer": content or png(300, 200)}


def tiles(page):
    return page.locator("[data-list] > .pic")


def chosen(page, *files):
    page.locator("[data-file]").set_input_files(list(files))


def pictures_of(**wanted):
    """Wait until the only post shows its pictures so: a list for each name."""

    def there():
        db.session.rollback()
        post = db.session.scalars(sa.select(Post).order_by(Post.id.desc())).first()
        return post and all(
            [getattr(row, name) for row in post.pictures] == values for name, values in wanted.items()
        )

    wait_until(there, 8)


def test_a_picture_is_added_described_published_and_seen_by_readers(site):
    hall = make_town_hall()
    page = open_composer(site, hall.kari)
    title(page).fill("The bridge is closed")
    text(page).fill("Until Monday.")
    chosen(page, file())
    expect(tiles(page)).to_have_attribute("data-state", "ready")
    words = tiles(page).get_by_label("What it shows")
    expect(words).to_be_focused()
    expect(page.get_by_text("A picture has no words.")).to_be_visible()
    words.fill("A closed bridge over the fjord")
    expect(page.get_by_text("A picture has no words.")).to_be_hidden()
    tiles(page).get_by_label("Credit").fill("Kari Foto")
    expect(said(page)).to_have_text(SAVED)
    pictures_of(alt=["A closed bridge over the fjord"])
    expect(page.locator(".side-prev img").first).to_have_attribute("alt", "A closed bridge over the fjord")
    page.get_by_label("More steps").click()
    page.get_by_role("button", name="Publish now").click()
    page.get_by_role("link", name="As readers see it").click()
    seen = page.get_by_role("img", name="A closed bridge over the fjord")
    expect(seen).to_be_visible()
    assert seen.evaluate("image => image.complete && image.naturalWidth") == 300
    expect(page.get_by_text("Picture: Kari Foto")).to_be_visible()


def with_two(hall):
    post = make_post(hall.roads, title="Two pictures")
    first = make_medium(hall.team, alt="First", width=60, height=40)
    attach(post, first, make_medium(hall.team, alt="Second", width=40, height=60, colour=(200, 20, 20)))
    return post


def test_pictures_change_places_and_are_taken_out_and_brought_back(site):
    hall = make_town_hall()
    page = open_composer(site, hall.kari, with_two(hall))
    expect(tiles(page)).to_have_count(2)
    tiles(page).first.get_by_role("button", name="Move the picture to the right").click()
    pictures_of(alt=["Second", "First"])
    tiles(page).first.get_by_role("button", name="Take the picture out").click()
    pictures_of(alt=["First"])
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    pictures_of(alt=["Second", "First"])
    page.reload()
    expect(tiles(page).first.get_by_label("What it shows")).to_have_value("Second")


def test_the_point_that_stays_in_sight_is_chosen_by_click_and_by_keys(site):
    hall = make_town_hall()
    post = make_post(hall.roads)
    attach(post, make_medium(hall.team, alt="One", width=200, height=100))
    page = open_composer(site, hall.kari, post)
    point = page.get_by_role("button", name="Point that stays in sight")
    point.click(position={"x": 2, "y": 2})
    point.press("ArrowLeft")
    point.press("ArrowUp")
    pictures_of(focus_x=[-1.0], focus_y=[1.0])
    for _ in range(7):
        point.press("ArrowRight")
    for _ in range(8):
        point.press("ArrowDown")
    pictures_of(focus_x=[-0.3], focus_y=[0.2])
    expect(page.locator("[data-picture-news]")).to_have_text(
        "Point at 35 of 100 from the left, 40 of 100 from the top"
    )
    assert point.locator("circle").first.get_attribute("cx") == "35%"


def test_what_is_no_picture_is_told_in_its_place(site):
    hall = make_town_hall()
    page = open_composer(site, hall.kari, make_post(hall.roads))
    chosen(page, file("drawing.jpg", b"<svg onload='alert(1)'/>"))
    expect(tiles(page)).to_have_attribute("data-state", "refused")
    expect(tiles(page)).to_contain_text("“drawing.jpg”: Drawings in SVG can hold scripts")
    tiles(page).get_by_role("button", name="Take the picture out").click()
    expect(tiles(page)).to_have_count(0)
    site.watch(page).expect("422", times=1)


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_a_picture_can_be_pasted_and_dropped(site, way):
    hall = make_town_hall()
    page = open_composer(site, hall.kari, make_post(hall.roads))
    page.evaluate(
        """async ([way, bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "bridge.png", { type: "image/png" }));
          const options = { bubbles: true, cancelable: true };
          const event = way === "paste" ? new ClipboardEvent("paste", { ...options, clipboardData: data })
            : new DragEvent("drop", { ...options, dataTransfer: data });
          document.querySelector("textarea[name=text]").dispatchEvent(event);
        }""",
        [way, list(png(30, 20))],
    )
    expect(tiles(page)).to_have_attribute("data-state", "ready")
    pictures_of(position=[0])


def test_a_licence_that_ends_too_early_is_told_at_its_field(site):
    hall = make_town_hall()
    post = make_post(hall.roads, publish_at="2031-07-01T09:00:00")
    attach(post, make_medium(hall.team, alt="One", rights="licensed", licensed_until="2031-06-30"))
    from calendar_app.times import parse_wall, to_utc

    post.due_at = to_utc(parse_wall(post.publish_at), post.timezone)
    page = open_composer(site, hall.kari, post)
    expect(page.get_by_text("A picture may not be shown any more by then.")).to_be_visible()
    page.locator("[data-primary]").click()
    expect(page.locator('[data-problem^="pictures."]').filter(has_text="licensed until")).to_be_visible()
    expect(page).to_have_url(re.compile("/edit$"))
    site.watch(page).expect("422", times=1)
    tiles(page).get_by_label("Until").fill("2031-07-01")
    pictures_of(position=[0])
    expect(said(page)).to_have_text(SAVED)
    page.locator("[data-primary]").click()
    expect(page.locator("[data-standing-now]")).to_have_attribute("data-state", "scheduled")


def test_without_scripts_a_picture_is_uploaded_and_described(site):
    hall = make_town_hall()
    post = make_post(hall.roads, title="No scripts")
    page = site.open(hall.kari, java_script_enabled=False)
    page.goto(f"/posts/{post.uuid}/edit")
    chosen(page, file())
    page.get_by_role("button", name="Upload it").click()
    expect(tiles(page)).to_have_count(1)
    tiles(page).get_by_label("What it shows").fill("A bridge")
    page.locator("[data-plain-save]").click()
    expect(tiles(page).get_by_label("What it shows")).to_have_value("A bridge")
    page.get_by_label("Show this picture").uncheck()
    page.locator("[data-plain-save]").click()
    expect(tiles(page)).to_have_count(0)


def test_a_picture_is_cut_by_mouse_and_by_numbers(site):
    hall = make_town_hall()
    post = make_post(hall.roads)
    attach(post, make_medium(hall.team, width=400, height=200, alt="A bridge"))
    page = site.open(hall.kari)
    page.goto(f"/posts/{post.uuid}/edit")
    page.get_by_text("Cut", exact=True).click()
    stage = page.locator("[data-crop-stage]")
    box = frame(stage)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 50, box["y"] + box["height"] + 50)
    page.mouse.up()
    width = page.get_by_label("Width, %")
    expect(width).to_have_value("50")
    expect(page.get_by_label("From the top, %")).to_have_value("50")
    width.fill("25")
    width.press("Tab")

    def cut():
        db.session.rollback()
        (row,) = db.session.get(type(post), post.id).pictures
        return row.crop

    wait_until(lambda: cut() == [500, 500, 250, 500], 8)
    page.get_by_role("button", name="Show all of it").press("Enter")
    wait_until(lambda: cut() is None, 8)


def test_a_linked_page_gives_its_title_and_its_picture_at_a_press(site):
    hall = make_town_hall()
    page = site.open(hall.kari)
    page.goto("/posts/new?stream=roads")
    with Receiver() as receiver:
        told = b'<title>Bridge reopened</title><meta property="og:image" content="/p.png">'
        receiver.plan(then=answer(200, body=told, content_type="text/html"))
        receiver.plan(path="/p.png", then=answer(200, body=png(300, 200), content_type="image/png"))
        page.get_by_label("Link optional").fill(receiver.address())
        page.get_by_role("button", name="Fetch its title and picture").press("Enter")
        expect(page.get_by_text("The page is called “Bridge reopened”.")).to_be_visible()
    expect(title(page)).to_have_value("Bridge reopened")
    expect(tiles(page)).to_have_count(1)
    expect(page.get_by_label("Rights")).to_have_value("unknown")
    expect(said(page)).to_have_text(SAVED)
    assert look_at(page, "linked") == []
