"""A post with all that belongs to it, by mouse, by finger on a phone in bokmål, by keys alone in Swedish."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from calendar_app.extensions import database_now, db
from calendar_app.people.roles import actor_for
from calendar_app.posts.models import Post
from calendar_app.snippets import keeping
from calendar_app.snippets.models import PostTemplate, Snippet
from tests.browser.conftest import meanwhile
from tests.browser.looking import layout
from tests.browser.standing import frame
from tests.browser.three_ways import come, three_ways
from tests.browser.worlds import WEEKDAYS, make_town_hall
from tests.conftest import wait_until
from tests.factories import make_account, make_actor, make_post
from tests.media.pictures import attach, make_medium, png
from tests.receiver import Receiver, answer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FILE = {"name": "bridge.png", "mimeType": "image/png", "buffer": png(300, 200)}


def kept():
    db.session.rollback()
    return db.session.scalars(sa.select(Post).order_by(Post.id.desc())).first()


def tiles(page):
    return page.locator("[data-list] > .pic")


def select(text, start, end):
    text.evaluate("(one, [start, end]) => { one.focus(); one.setSelectionRange(start, end) }", [start, end])


@three_ways(
    "templates", "marks in the text", "link in the text", "snippets", "own text for a place", "first comment",
    "languages", "checklist", "next free slot", "schedule",
)  # fmt: skip
def test_from_a_template_to_a_scheduled_post(site, way):
    hall = make_town_hall(cadence=WEEKDAYS, checklist="Is the road named?")
    told = {"team_id": hall.team.id, "actor": actor_for(hall.kari), "now": database_now()}
    keeping.make(PostTemplate, {"name": "Closure", "title": "Closed again", "text": "Sorry."}, **told)
    keeping.make(Snippet, {"name": "Phone", "text": "Call 22 22."}, **told)
    screen = make_account(hall.team, name="Screen", streams=[hall.roads])
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto("/posts/new?stream=roads")
    kari.press(kari.named("navigation", "Begin with a template").get_by_role("link", name="Closure"))
    text = kari.named("textbox", "Text")
    expect(text).to_have_value("Sorry.")
    roads = page.locator("[name=stream][value=roads]")
    expect(roads).to_be_checked()

    kari.write(text, "The bridge is closed. ")
    select(text, 14, 20)
    kari.button("Bold", exact=True)
    select(text, 4, 10)
    kari.button("Link", within=page.locator("[data-toolbar]"), exact=True)
    dialog = kari.named("dialog", "Link in the text")
    kari.write(kari.labelled("Address", within=dialog), "example.org")
    kari.button("Put the link in", within=dialog)
    text.press("Control+End")
    kari.button("Snippet", within=page.locator("[data-toolbar]"), exact=True)
    option = page.locator("#snippet-list").get_by_role("option", name="Phone")
    expect(option).to_be_visible()
    kari.press(option) if way != "keys" else page.keyboard.press("Enter")
    expect(text).to_have_value("The [bridge](https://example.org) is **closed**. Call 22 22.")

    tab = page.get_by_role("tab", name="Screen")
    kari.press(tab)
    kari.write(page.locator(f"[name=variant_{screen.id}]"), "Closed.")
    expect(tab).to_contain_text(kari.say("own text"))
    kari.write(page.locator("#first_comment"), "Here is a map.")
    page.locator("#tongue-add").select_option("nb")
    kari.button("Add this language")
    kari.write(page.locator("[name=tongue_title_nb]"), "Stengt igjen")
    ticked = page.locator("[name=ticked]")
    kari.press(ticked)
    expect(ticked).to_be_checked()
    kari.press(page.locator("[data-slot]").first)
    expect(page.locator("#publish-time")).to_have_value("09:00")
    assert kari.look("post-with-everything") == []
    kari.press(page.locator("[data-step=schedule]"))
    expect(page.locator(".send .state-mark")).to_have_attribute("data-state", "scheduled")
    post = kept()
    assert {one.account_id: one.text for one in post.places} == {screen.id: "Closed."}
    assert (post.first_comment, post.translations[0].title) == ("Here is a map.", "Stengt igjen")
    assert post.ticked == ["Is the road named?"]


@three_ways("add a picture", "cut a picture", "point in sight", "linked page")
def test_pictures_are_added_cut_and_fetched(site, way):
    hall = make_town_hall()
    post = make_post(hall.roads, title="", text="Until Monday.")
    attach(post, make_medium(hall.team, alt="Bridge", width=300, height=200))
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto(f"/posts/{post.uuid}/edit")
    first = tiles(page).first
    point = kari.named("button", "Point that stays in sight", within=first)
    if way == "keys":
        point.press("ArrowLeft")
    else:
        press = point.click if way == "mouse" else point.tap
        press(position={"x": 12, "y": 12})
    wait_until(lambda: kept().pictures[0].focus_x < 0, 8)

    kari.open(first.locator("[data-crop] > summary"))
    if way == "keys":
        kari.write(kari.labelled("Width, %%", within=first), "50")
        page.keyboard.press("Tab")
    else:
        stage = first.locator("[data-crop-stage]")
        box = frame(stage)
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        kari.drag(middle, (box["x"] + box["width"] - 2, box["y"] + box["height"] - 2))
    wait_until(lambda: kept().pictures[0].crop is not None, 8)
    assert kari.look("post-picture-cut") == []
    kari.button("Show all of it", within=first)
    wait_until(lambda: kept().pictures[0].crop is None, 8)

    with page.expect_file_chooser() as chooser:
        if way == "keys":
            page.locator("[data-file]").press("Enter")
        else:
            kari.press(page.locator(".pic-file"))
    chooser.value.set_files([FILE])
    second = tiles(page).nth(1)
    expect(second).to_have_attribute("data-state", "ready")
    kari.write(kari.labelled("What it shows", within=second), "A bridge")
    wait_until(lambda: [row.alt for row in kept().pictures] == ["Bridge", "A bridge"], 8)
    kari.button("Move the picture to the left", within=second)
    wait_until(lambda: [row.alt for row in kept().pictures] == ["A bridge", "Bridge"], 8)
    kari.button("Take the picture out", within=tiles(page).first)
    kari.button("Undo", within=page.locator("[data-toast]"))
    expect(tiles(page)).to_have_count(2)

    with Receiver() as receiver:
        receiver.plan(then=answer(200, body=b"<title>Bridge reopened</title>", content_type="text/html"))
        kari.write(page.locator("#link"), receiver.address())
        kari.press(page.locator("[data-linked-look]"))
        expect(page.locator("#title")).to_have_value("Bridge reopened")
    assert list(layout(page)) == []


@three_ways("two texts", "compare revisions", "bring a revision back")
def test_of_two_texts_one_is_chosen_and_the_other_can_be_brought_back(site, way):
    from tests.revisions.test_revisions import write

    hall = make_town_hall()
    ola = make_actor(hall.team, "editor")
    post = make_post(hall.roads, text="As it was.", author_id=hall.kari.id)
    write(post, ola, text="An hour ago.", minutes=-60)
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto(f"/posts/{post.uuid}/edit")
    text = kari.named("textbox", "Text")
    with meanwhile():
        post.version, post.text = post.version + 1, "What Ola wrote."
    kari.write(text, "What Kari wrote.")
    both = kari.named("dialog", "Two texts")
    expect(both).to_contain_text("What Ola wrote.")
    assert kari.look("post-two-texts") == []
    kari.button("Save mine over it", within=both)
    wait_until(lambda: kept().text == "What Kari wrote.", 8)
    site.watch(page).expect("status of 409", times=1)

    kari.link("Compare and restore revisions")
    expect(page.locator("ins").filter(has_text="Kari")).to_be_visible()
    assert kari.look("post-compared") == []
    kari.link("What changed")
    kari.button("Bring it back")
    wait_until(lambda: kept().text != "What Kari wrote.", 8)
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("Bridge closed"))
    assert list(layout(page)) == []
