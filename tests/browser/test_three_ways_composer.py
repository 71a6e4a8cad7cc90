"""What the composer takes in, keeps and says by itself, by mouse, by finger in bokmål, by keys alone in Swedish."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from calendar_app.extensions import db
from calendar_app.people.sessions import end_all
from calendar_app.posts.models import Post
from calendar_app.times import utcnow
from tests.browser.conftest import meanwhile
from tests.browser.test_moving import DAY, planned
from tests.browser.test_three_ways_writing import kept, select, tiles
from tests.browser.three_ways import come, three_ways
from tests.browser.worlds import PASSWORD, make_town_hall, with_password
from tests.conftest import wait_until
from tests.factories import make_post
from tests.media.pictures import attach, make_medium, png

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

COPY_PICTURE = """async (bytes) => {
  const picture = new Blob([new Uint8Array(bytes)], { type: "image/png" });
  await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
}"""
COPY = "(words) => navigator.clipboard.writeText(words)"


def paste(kari):
    """By the keys, or by the browser's own menu, which shows over a mouse or a finger that presses for longer."""
    if kari.way == "keys":
        kari.page.keyboard.press("Control+v")
        return
    menu = kari.page.context.new_cdp_session(kari.page)
    menu.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "commands": ["paste"]})


@three_ways(
    "paste a picture", "paste a link over words", "spelling", "saved as one types", "signed out meanwhile",
    "without a connection",
)  # fmt: skip
def test_what_is_pasted_and_what_is_written_without_a_connection_is_kept(site, way):
    hall = make_town_hall()
    with_password(hall.kari)
    post = make_post(hall.roads, text="")
    kari = come(site, hall.kari, way, permissions=["clipboard-read", "clipboard-write"])
    page, edit = kari.page, f"/posts/{post.uuid}/edit"
    page.goto(edit)
    text = kari.named("textbox", "Text")
    kari.write(text, "See the map.")
    page.evaluate(COPY, "https://example.org/map")
    select(text, 8, 11)
    paste(kari)
    linked = "See the [map](https://example.org/map)."
    expect(text).to_have_value(linked)
    wait_until(lambda: kept().text == linked, 8)
    # The browser checks spelling in the language of each field.
    expect(text).to_have_attribute("lang", "en")
    kari.write(page.locator("#language"), "nb")
    for field in (text, page.locator("#title"), page.locator("#first_comment")):
        expect(field).to_have_attribute("lang", "nb")
    text.focus()
    page.evaluate(COPY_PICTURE, list(png(30, 20)))
    paste(kari)
    expect(tiles(page)).to_have_attribute("data-state", "ready")
    expect(kari.labelled("What it shows", within=tiles(page))).to_be_focused()
    wait_until(lambda: (len(kept().pictures), kept().language) == (1, "nb"), 8)
    expect(kari.labelled("What it shows", within=tiles(page))).to_have_attribute("lang", "nb")
    assert kari.look("post-pasted") == []

    with meanwhile():
        end_all(hall.kari, utcnow())
    kari.write(text, "Written after twelve hours.")
    again = kari.named("dialog", "Sign in again")
    assert kari.look("post-signed-out") == []
    kari.write(kari.labelled("Password", within=again), PASSWORD)
    kari.button("Sign in", within=again, exact=True)
    expect(again).to_be_hidden()
    wait_until(lambda: kept().text == "Written after twelve hours.", 8)
    site.watch(page).expect("status of 401")

    page.context.set_offline(True)
    kari.write(text, "Written in the tunnel.")
    said = page.locator("span[data-saved]")
    sentence = kari.say("Not saved yet: no connection. Your text is kept in this browser.")
    expect(said).to_contain_text(sentence)
    assert kari.look("post-offline") == []
    page.close()
    page.context.set_offline(False)
    site.watch(page).expect("ERR_INTERNET_DISCONNECTED")
    kari.page = page.context.new_page()
    kari.page.goto(edit)
    expect(kari.named("textbox", "Text")).to_have_value("Written in the tunnel.")
    wait_until(lambda: kept().text == "Written in the tunnel.", 8)


@three_ways(
    "plain words", "warnings while writing", "what each follower gets", "event", "words for every picture"
)  # fmt: skip
def test_hints_and_warnings_come_while_one_writes_and_a_rule_of_the_team_holds(site, way):
    hall = make_town_hall()
    planned(hall, clock="10:00")
    post = make_post(hall.roads, hall.culture, title="Fair", text="")
    attach(post, make_medium(hall.team, alt="", width=60, height=40))
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto("/team")
    kari.press(page.locator("[name=needs_alt]"))
    kari.button("Save", within=page.locator("form:has([name=needs_alt])"), exact=True)
    expect(page.locator(".flashes").first).to_be_attached()

    page.goto(f"/posts/{post.uuid}/edit")
    kari.write(kari.named("textbox", "Text"), "The stop will be moved on Monday. You find it by the school.")
    hints = kari.named("list", "Sentences that could be plainer")
    expect(hints.get_by_role("listitem")).to_have_count(1)
    read = kari.say("about a minute to read")
    expect(page.locator(".plainness").first).to_contain_text(read)
    expect(page.locator("[data-kind=reach]")).to_contain_text(
        kari.say("One post: who follows several of these streams gets it once.")
    )

    kari.press(page.locator("[name=has_event]"))
    kari.write(page.locator("[name=event_start_date]"), f"{DAY + timedelta(days=7)}")
    kari.write(page.locator("[name=event_start_time]"), "18:00")
    kari.write(page.locator("[name=event_location]"), "Town hall")
    kari.write(page.locator("#publish_at"), f"{DAY}")
    kari.write(page.locator("#publish-time"), "10:05")
    close = page.locator(".note", has_text=kari.say("Close to another post."))
    expect(close).to_be_visible()
    kari.press(close.locator(".caution-way"))
    expect(close).to_have_count(0)

    kari.press(page.locator("[data-step=schedule]"))
    wordless = tiles(page).locator('[data-problem$=".alt"]')
    expect(wordless).to_be_visible()
    site.watch(page).expect("status of 422", times=1)
    assert kari.look("post-hints-and-rule") == []
    kari.write(kari.labelled("What it shows", within=tiles(page)), "A stop by a school")
    expect(wordless).to_be_hidden()
    kari.press(page.locator("[data-step=schedule]"))
    expect(page.locator(".send .state-mark")).to_have_attribute("data-state", "scheduled")
    db.session.rollback()
    post = db.session.get(Post, post.id)
    at = datetime.fromisoformat(post.publish_at)
    assert (at.date(), at.strftime("%H:%M") > "10:05") == (DAY, True)
    assert (post.event_location, post.event_starts_at is not None) == ("Town hall", True)
