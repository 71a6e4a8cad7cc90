"""A team agrees on a post: remarks on words of it by keyboard alone, a colleague named, a wish, what changed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from calendar_app.comments.models import Comment
from calendar_app.extensions import db
from calendar_app.notices.models import Notice
from tests.browser.conftest import NARROW, WIDE
from tests.browser.looking import look_at
from tests.browser.worlds import make_town_hall
from tests.factories import make_person, make_post

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_remark_on_words_names_a_colleague_and_is_answered_and_settled(site):
    hall = make_town_hall()
    ola = make_person(hall.team, "author", name="Ola Hansen")
    post = make_post(hall.roads, text="Closed until Monday.", author_id=ola.id)
    page = site.open(hall.kari)
    page.goto(f"/posts/{post.uuid}/edit#comments")
    text = page.get_by_role("textbox", name="Text", exact=True)
    text.evaluate("field => { field.focus(); field.setSelectionRange(13, 19); }")
    remark = page.get_by_label("New comment")
    remark.focus()
    expect(page.locator("[data-passage]")).to_contain_text("On the chosen words: Monday")
    page.keyboard.type("Sure, @ol")
    expect(page.get_by_role("option", name="Ola Hansen")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.keyboard.type("about that?")
    expect(remark).to_have_value("Sure, @Ola Hansen about that?")
    page.get_by_role("button", name="Comment", exact=True).press("Enter")
    expect(page.locator(".mention")).to_have_text("@Ola Hansen")
    expect(page.locator(".said")).to_be_focused()
    text.fill("It is closed until Monday, nine o'clock.")
    expect(page.locator("span[data-saved]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    page.reload()
    page.get_by_role("button", name="Show it in the text").click()
    assert text.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)") == "Monday"
    found = look_at(page, "post-comments")
    db.session.rollback()
    (told,) = db.session.scalars(sa.select(Notice)).all()
    assert (told.kind, told.person_id) == ("mention", ola.id)

    page = site.open(ola, size=NARROW)
    page.goto("/notices")
    page.get_by_role("link", name="Kari Nordmann mentioned you").click()
    page.locator(".answer summary").click()
    page.get_by_label("Your answer").fill("Quite sure.")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator(".said")).to_have_count(2)
    page.get_by_role("button", name="Mark as settled").click()
    expect(page.locator(".settled > summary")).to_have_text("Settled by Ola Hansen")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    db.session.rollback()
    assert db.session.scalars(sa.select(Comment.quote).order_by(Comment.id)).all() == ["Monday", ""]

    page.set_viewport_size(WIDE)
    page.goto(f"/posts/{post.uuid}/history")
    found += look_at(page, "post-history")
    assert found == []


def test_a_wish_goes_back_with_the_post(site):
    hall = make_town_hall(needs_approval=True, approval_steps=["editor", "owner"], approve_again="readers")
    ola = make_person(hall.team, "author", name="Ola Hansen")
    post = make_post(hall.roads, author_id=ola.id, state="in_review")
    page = site.open(hall.kari, size=NARROW)
    page.goto(f"/posts/{post.uuid}/edit")
    page.locator(".wish-form summary").click()
    page.get_by_label("What should change?").fill("Name the road first.")
    found = look_at(page, "post-wish")
    page.set_viewport_size(NARROW)
    page.get_by_role("button", name="Send it back").click()
    expect(page.locator(".wish")).to_contain_text("Name the road first.")
    found += look_at(page, "post-wanted-changed")
    page.goto("/streams/roads/edit")
    expect(page.get_by_label("Then", exact=True)).to_have_value("owner")
    found += look_at(page, "stream-approval")
    assert found == []


def test_an_outsider_reads_and_comments_by_a_link(site):
    hall = make_town_hall()
    post = make_post(hall.roads, author_id=hall.kari.id)
    page = site.open(hall.kari)
    page.goto(f"/posts/{post.uuid}/links")
    page.get_by_label("Whoever has it may comment").check()
    page.get_by_role("button", name="Make the link").click()
    found = look_at(page, "post-links")
    address = urlsplit(page.locator("#new-link").text_content()).path

    outside = site.open(size=NARROW)
    outside.goto(address)
    outside.get_by_label("Your comment").fill("Which lane?")
    outside.get_by_role("button", name="Send the comment").click()
    expect(outside.get_by_text("Say who you are.")).to_be_visible()
    expect(outside.get_by_label("Your comment")).to_have_value("Which lane?")
    found += look_at(outside, "shared-refused")
    outside.get_by_label("Your name").fill("Fire brigade")
    outside.get_by_role("button", name="Send the comment").click()
    expect(outside.get_by_text("The team has your comment.")).to_be_visible()
    assert outside.context.cookies() == []
    found += look_at(outside, "shared")
    page.locator(".sure summary").click()
    page.get_by_role("button", name="Yes, for good").click()
    assert outside.goto(address).status == 410
    found += look_at(outside, "shared-ended")
    site.watch(outside).expect("status of (410|422)")
    assert found == []
