"""Several at one post, by mouse, by finger on a phone in bokmål, by keys alone in Swedish: each sees what others do."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from calendar_app.extensions import database_now, db
from calendar_app.sharing.models import ShareLink
from tests.browser.conftest import meanwhile
from tests.browser.test_moving import DAY, planned, shown
from tests.browser.test_three_ways_agreeing import becomes
from tests.browser.three_ways import come, three_ways
from tests.browser.worlds import ZONE, make_town_hall
from tests.factories import make_person, make_post

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WITHIN = 2000


@three_ways("what others do", "who else is here")
def test_what_one_does_the_other_sees_and_each_knows_of_the_other(site, way):
    hall = make_town_hall()
    ola = make_person(hall.team, "author", name="Ola Hansen")
    ola.timezone = ZONE
    post, to = planned(hall), DAY + timedelta(days=2)
    kari, olas = come(site, hall.kari, way), come(site, ola, way)
    for one in (olas, kari):
        with one.page.expect_response("**/calendar/events*"):
            one.page.goto(f"/calendar?date={DAY}")
    olas.press(shown(olas.page, post))
    peek = olas.page.locator("#peek")
    olas.write(olas.labelled("Move to another day", within=peek), f"{to}")
    olas.button("Move", within=peek, exact=True)
    expect(shown(olas.page, post, to)).to_be_attached()
    expect(shown(kari.page, post, to)).to_be_visible(timeout=WITHIN)
    expect(shown(kari.page, post, DAY)).to_have_count(0)

    olas.link("Open", within=peek, exact=True)
    olas.page.wait_for_url("**/edit")
    kari.press(shown(kari.page, post))
    here = kari.page.locator("#peek [data-presence]")
    expect(here).to_have_text(kari.say("%(name)s is here too.", name="Ola Hansen"))
    olas.write(olas.named("textbox", "Text"), "Boo.")
    expect(here).to_have_text(kari.say("%(name)s is here too, writing.", name="Ola Hansen"))
    assert kari.look("calendar-two-here") == []
    kari.link("Open", within=kari.page.locator("#peek"), exact=True)
    expect(kari.named("textbox", "Text")).to_have_value("Boo.")
    expect(olas.page.locator("[data-presence]")).to_have_text(
        olas.say("%(name)s is here too.", name="Kari Nordmann")
    )
    assert olas.look("post-two-here") == []


@three_ways("approval in steps", "nobody approves their own", "asked again after a change")
def test_two_others_approve_one_after_the_other_and_a_change_asks_them_again(site, way):
    hall = make_town_hall()
    ola, eva = (make_person(hall.team, "editor", name=name) for name in ("Ola Hansen", "Eva Lie"))
    post = make_post(hall.roads, title="Storgata", author_id=ola.id)
    kari, olas, evas = (come(site, person, way) for person in (hall.kari, ola, eva))
    page = kari.page
    page.goto("/streams/roads/edit")
    if not page.locator("[name=others_approve]").is_checked():
        kari.press(page.locator("[name=others_approve]"))
    kari.press(page.locator("[name=needs_approval]"))
    page.locator("#approval_step_2").select_option("owner")
    kari.press(page.locator("[name=approve_again][value=always]"))
    kari.button("Save", exact=True)
    expect(page.locator(".flashes").first).to_be_attached()

    edit = f"/posts/{post.uuid}/edit"
    olas.page.goto(edit)
    olas.press(olas.page.locator("[data-step=review]").first)
    becomes(post, "in_review")
    expect(olas.page.locator("[data-step=approve]")).to_have_count(0)
    expect(olas.page.get_by_text(olas.say("Nobody approves their own post."))).to_be_visible()
    for one, then in ((evas, "in_review"), (kari, "approved")):
        one.page.goto(edit)
        one.button("Approve")
        expect(one.page.locator(".reviews li").first).to_be_visible()
        becomes(post, then)
    expect(page.locator(".reviews li")).to_have_count(2)
    assert kari.look("post-approved-in-steps") == []

    olas.page.goto(edit)
    olas.write(olas.named("textbox", "Text"), "Storgata is closed, and Lillegata.")
    becomes(post, "in_review")
    expect(olas.page.locator(".send .state-mark")).to_have_attribute("data-state", "review")
    expect(olas.page.locator(".reviews li[data-ended]")).to_have_count(2)
    assert olas.look("post-asked-again") == []


@three_ways("share link", "words from outside")
def test_somebody_outside_reads_and_says_a_word_until_the_link_expires(site, way):
    hall = make_town_hall()
    post = make_post(hall.roads, text="Closed until Monday.", author_id=hall.kari.id)
    kari, guest = come(site, hall.kari, way), come(site, None, way)
    page, edit = kari.page, f"/posts/{post.uuid}/edit"
    page.goto(f"/posts/{post.uuid}/links")
    kari.write(page.locator("#label"), "The fire brigade")
    page.locator("#days").select_option("1")
    kari.press(page.locator("[name=may_comment]"))
    kari.button("Make the link")
    address = urlsplit(page.locator("#new-link").text_content()).path

    outside = guest.page
    outside.goto(address)
    expect(outside.get_by_text("Closed until Monday.")).to_be_visible()
    guest.write(guest.labelled("Your comment"), "Which lane?")
    guest.button("Send the comment")
    expect(outside.get_by_text(guest.say("Say who you are."))).to_be_visible()
    site.watch(outside).expect("status of 422", times=1)
    guest.write(guest.labelled("Your name"), "Fire brigade")
    guest.button("Send the comment")
    expect(outside.get_by_text(guest.say("Thank you. The team has your comment."))).to_be_visible()

    page.goto(f"{edit}#comments")
    expect(page.locator("#comments .from-outside")).to_have_text(kari.say("from outside"))
    kari.open(page.locator(".answer > summary"))
    kari.write(kari.labelled("Your answer"), "The left one.")
    kari.button("Answer", within=page.locator(".answer"), exact=True)
    expect(page.locator(".said")).to_have_count(2)
    outside.goto(address)
    expect(outside.get_by_text("The left one.")).to_be_visible()
    guest.open(outside.locator(".answer > summary"))
    assert guest.look("shared-answered") == []

    with meanwhile():
        link = db.session.scalars(sa.select(ShareLink)).one()
        link.expires_at = database_now() - timedelta(minutes=1)
    assert outside.goto(address).status == 410
    site.watch(outside).expect("status of 410", times=1)
    expect(outside.get_by_role("heading", level=1)).to_have_text(guest.say("This link has ended"))
    page.goto(f"/posts/{post.uuid}/links")
    expect(page.locator(".share[data-ended]")).to_have_count(1)
    assert kari.look("post-link-expired") == []
