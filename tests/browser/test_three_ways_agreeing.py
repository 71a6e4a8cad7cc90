"""Two people agree on a post, by mouse, by finger on a phone in bokmål, by keys alone in Swedish."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from calendar_app.comments.models import Comment
from calendar_app.extensions import db
from calendar_app.posts.models import Post
from tests.browser.looking import layout
from tests.browser.three_ways import come, three_ways
from tests.browser.worlds import make_town_hall
from tests.conftest import wait_until
from tests.factories import make_person, make_post

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def becomes(post, state):
    def there():
        db.session.rollback()
        return db.session.get(Post, post.id).state == state

    wait_until(there, 8)


@three_ways("send for review", "changes wanted", "approve", "notices")
def test_a_post_goes_to_and_fro_until_it_is_approved(site, way):
    hall = make_town_hall(needs_approval=True)
    author = make_person(hall.team, "author", name="Ola Hansen")
    post = make_post(hall.roads, title="Storgata", author_id=author.id)
    ola, kari = come(site, author, way), come(site, hall.kari, way)
    ola.page.goto(f"/posts/{post.uuid}/edit")
    ola.press(ola.page.locator("[data-step=review]").first)
    becomes(post, "in_review")

    kari.page.goto("/notices")
    kari.press(kari.page.get_by_role("link", name="Storgata", exact=True).first)
    kari.open(".wish-form > summary")
    kari.write(kari.labelled("What should change?"), "Name the road.")
    kari.button("Send it back")
    becomes(post, "draft")

    ola.page.goto("/notices")
    ola.press(ola.page.get_by_role("link", name="Storgata", exact=True).first)
    expect(ola.page.locator(".wish")).to_contain_text("Name the road.")
    ola.write(ola.named("textbox", "Text"), "Storgata is closed.")
    ola.press(ola.page.locator("[data-step=review]").first)
    becomes(post, "in_review")
    expect(ola.page.locator(".send .state-mark")).to_have_attribute("data-state", "review")
    assert ola.look("post-in-review-again") == []

    kari.page.goto("/notices")
    kari.press(kari.page.get_by_role("link", name="Storgata", exact=True).first)
    kari.button("Approve")
    becomes(post, "approved")
    kari.page.goto("/notices")
    if kari.named("button", "Mark all as read").count():
        kari.button("Mark all as read")
        expect(kari.page.locator(".notice[data-unread]")).to_have_count(0)
    assert kari.look("notices-read") == []


@three_ways("comments", "comments taken back", "mentions", "passages", "settle", "share link")
def test_words_are_remarked_on_answered_settled_and_shown_outside(site, way):
    hall = make_town_hall()
    author = make_person(hall.team, "author", name="Ola Hansen")
    post = make_post(hall.roads, text="Closed until Monday.", author_id=author.id)
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto(f"/posts/{post.uuid}/edit#comments")
    text = kari.named("textbox", "Text")
    text.evaluate("field => { field.focus(); field.setSelectionRange(13, 19); }")
    remark = kari.labelled("New comment")
    remark.focus() if way == "keys" else kari.press(remark)
    expect(page.locator("[data-passage-words]")).to_contain_text("Monday")
    page.keyboard.type("Sure, @ol")
    named = page.get_by_role("option", name="Ola Hansen")
    expect(named).to_be_visible()
    kari.press(named) if way != "keys" else page.keyboard.press("Enter")
    expect(remark).to_have_value("Sure, @Ola Hansen ")
    kari.button("Comment", within=page.locator("#comments"), exact=True)
    expect(page.locator("#comments q")).to_have_text("Monday")
    expect(page.locator(".mention")).to_have_text("@Ola Hansen")

    kari.open(page.locator(".answer > summary"))
    kari.write(kari.labelled("Your answer"), "I have asked.")
    kari.button("Answer", within=page.locator(".answer"), exact=True)
    expect(page.locator(".said")).to_have_count(2)
    answer = page.locator(".said").last
    kari.open(answer.locator("details > summary"))
    kari.write(kari.labelled("Your comment", within=answer), "I have asked them.")
    kari.button("Save", within=answer, exact=True)
    expect(answer.locator(".said-text")).to_have_text("I have asked them.")
    kari.button("Remove", within=answer)
    expect(answer).to_contain_text(kari.say("This comment was removed."))
    kari.button("Undo", within=page.locator("[data-toast]"))
    expect(answer.locator(".said-text")).to_have_text("I have asked them.")
    kari.button("Show it in the text")
    assert text.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)") == "Monday"
    kari.button("Mark as settled")
    expect(page.locator(".settled > summary")).to_contain_text("Kari Nordmann")
    kari.open(".settled > summary")
    assert kari.look("post-settled") == []
    kari.button("Open again")
    expect(page.locator(".settled")).to_have_count(0)
    db.session.rollback()
    assert db.session.scalars(sa.select(Comment.quote).order_by(Comment.id)).all() == ["Monday", ""]
    assert list(layout(page)) == []

    kari.link("Share with outsiders")
    kari.press(page.locator("[name=may_comment]"))
    kari.button("Make the link")
    expect(page.locator("#new-link")).to_contain_text("/shared/")
    # What ends for good asks once, in its place.
    kari.open(page.locator(".share summary"))
    kari.press(page.locator(".share button[type=submit]"))
    expect(page.locator(".share[data-ended]")).to_have_count(1)
    assert kari.look("post-link-ended") == []
