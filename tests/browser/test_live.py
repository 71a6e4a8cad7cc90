"""What others do to streams and say about a post shows by itself, and nobody is disturbed in what they write."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from calendar_app.comments import commenting
from calendar_app.extensions import database_now, db
from calendar_app.people.roles import actor_for
from calendar_app.sharing import letting_in
from tests.browser.conftest import NARROW, meanwhile
from tests.browser.worlds import make_town_hall, plan
from tests.factories import make_person, make_post, make_stream

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DAY = (date.today().replace(day=1) + timedelta(days=75)).replace(day=15)  # noqa: DTZ011
WITHIN = 2000


def listening(page, address):
    page.goto(address)
    page.evaluate("() => { window.same = true }")
    page.wait_for_timeout(700)


@pytest.mark.parametrize("view", ["month", "week", "streams"])
def test_a_stream_that_changes_shows_in_open_calendars(site, view):
    hall = make_town_hall()
    concert = plan(make_post(hall.culture, title="Concert"), f"{DAY}T10:00")
    kari = site.open(hall.kari)
    answers = []
    kari.on("response", lambda answer: answers.append(answer) if "/calendar?" in answer.url else None)
    listening(kari, f"/calendar?view={view}&date={DAY}")
    tick = kari.locator("#rail-filters input[value=roads]")
    tick.focus()
    answers.clear()
    with meanwhile():
        hall.culture.name, hall.culture.hue = "Culture and books", "coral"
    rail, plan_of = kari.locator("#rail-filters"), kari.locator("#plan")
    expect(rail).to_contain_text("Culture and books", timeout=WITHIN)
    expect(rail.locator("li", has_text="Culture and books")).to_have_attribute("data-hue", "coral")
    expect(plan_of.locator(f'[data-post="{concert.uuid}"]')).to_be_visible()
    coloured = (
        f'[data-hue="coral"][data-post="{concert.uuid}"], [data-hue="coral"] [data-post="{concert.uuid}"]'
    )
    expect(plan_of.locator(coloured)).to_have_count(1)
    expect(kari.locator("#menu-streams")).to_contain_text("Culture and books")
    assert sum(len(answer.body()) for answer in answers) < 12_000
    expect(tick).to_be_focused()

    with meanwhile():
        hall.culture.cadence = ["FREQ=DAILY;BYHOUR=9;BYMINUTE=0"]
    ghosts = plan_of.locator('.gap[data-stream="culture"], .gap-at[data-stream="culture"]')
    expect(ghosts.first).to_be_attached(timeout=WITHIN)
    with meanwhile():
        first = (DAY - timedelta(days=80)).isoformat()
        hall.culture.pauses = [{"first": first, "last": "", "note": "Moving house", "told": False}]
    expect(ghosts).to_have_count(0, timeout=WITHIN)
    with meanwhile():
        hall.culture.archived_at = database_now()
        make_stream(hall.team, "sports", name="Sports")
        make_stream(name="Somebody else's")
    expect(rail).to_contain_text("Sports", timeout=WITHIN)
    expect(rail).not_to_contain_text("Culture and books")
    expect(rail).not_to_contain_text("Somebody else")
    assert kari.evaluate("() => window.same") is True


def test_the_plan_goes_with_the_last_stream_and_comes_again_with_it(site):
    hall = make_town_hall()
    concert = plan(make_post(hall.culture, title="Concert"), f"{DAY}T10:00")
    with meanwhile():
        hall.roads.archived_at = database_now()
    kari = site.open(hall.kari)
    listening(kari, f"/calendar?view=month&date={DAY}")
    post = kari.locator(f'[data-post="{concert.uuid}"]')
    expect(post).to_be_visible()
    with meanwhile():
        hall.culture.archived_at = database_now()
    expect(kari.get_by_role("heading", name="Open the first stream")).to_be_visible(timeout=WITHIN)
    expect(post).to_have_count(0)
    with meanwhile():
        hall.culture.archived_at = None
    expect(post).to_be_visible(timeout=2 * WITHIN)


def say(post, person, text, **values):
    with meanwhile():
        number = commenting.comment(post, text, actor=actor_for(person), now=database_now(), **values).id
    return number


def row(number):
    return db.session.get(commenting.Comment, number)


@pytest.mark.parametrize("page_of", ["composer", "post page"])
def test_comments_of_others_come_in_and_what_one_types_stays_under_one_s_hands(site, page_of):
    hall = make_town_hall()
    ola = make_person(hall.team, "editor", name="Ola Hansen")
    reader = hall.kari if page_of == "composer" else make_person(hall.team, "viewer", name="Vera Reader")
    post = make_post(hall.roads, text="Closed until Monday.\n\n" * 12, author_id=ola.id)
    asked = say(post, ola, "Is it open?")
    page = site.open(reader, size=NARROW)
    listening(page, f"/posts/{post.uuid}/edit")
    mine = page.locator(f"#thread-{asked} textarea[name=comment]")
    page.locator(f"#thread-{asked} .answer summary").click()
    mine.fill("I think th")
    mine.evaluate("field => field.setSelectionRange(3, 3)")
    top = mine.bounding_box()["y"]

    other = say(post, ola, "And the tunnel?")
    expect(page.locator(f"#comment-{other}")).to_be_visible(timeout=WITHIN)
    expect(page.locator("[data-talk-said]")).to_have_text("1 new comment by Ola Hansen.")
    answer = say(post, ola, "It says until Monday, @Kari Nordmann.", parent=row(asked))
    expect(page.locator(f"#comment-{answer}")).to_be_visible(timeout=WITHIN)
    expect(page.locator("[data-talk-said]")).to_have_text("1 new comment by Ola Hansen.")
    expect(page.locator(".talk-open .count")).to_have_text("2")
    with meanwhile():
        commenting.change(row(other), "And the long tunnel?", actor=actor_for(ola), now=database_now())
    expect(page.locator(f"#comment-{other}")).to_contain_text("long tunnel", timeout=WITHIN)
    with meanwhile():
        commenting.remove(row(other), actor=actor_for(ola), now=database_now())
        commenting.settle(row(asked), actor=actor_for(ola), now=database_now())
    expect(page.locator(f"#comment-{other}")).to_have_count(0, timeout=WITHIN)
    expect(page.locator(f"#thread-{asked}")).to_contain_text("Settled by Ola Hansen")
    expect(page.locator(".talk-open .count")).to_have_count(0)

    expect(mine).to_be_focused()
    expect(mine).to_have_value("I think th")
    assert mine.evaluate("field => [field.selectionStart, field.selectionEnd]") == [3, 3]
    assert abs(mine.bounding_box()["y"] - top) < 1
    page.keyboard.press("End")
    page.keyboard.type("at it is.")
    expect(mine).to_have_value("I think that it is.")
    page.locator(f"#thread-{asked} .answer .talk-form").get_by_role("button", name="Answer").click()
    expect(page.locator(f"#thread-{asked}")).to_contain_text("I think that it is.")
    expect(page.locator("[data-toast-text]")).to_have_text("Answered a comment on “Bridge closed”")
    assert page.evaluate("() => window.same") is True


def test_what_two_say_at_once_both_see_and_a_chosen_passage_is_kept(site):
    hall = make_town_hall()
    ola = make_person(hall.team, "author", name="Ola Hansen")
    post = make_post(hall.roads, text="Closed until Monday.", author_id=ola.id)
    kari, olas = site.open(hall.kari), site.open(ola)
    for page in (kari, olas):
        listening(page, f"/posts/{post.uuid}/edit#comments")
    text = kari.get_by_role("textbox", name="Text", exact=True)
    text.evaluate("field => { field.focus(); field.setSelectionRange(13, 19); }")
    kari.get_by_label("New comment").focus()
    expect(kari.locator("[data-passage]")).to_contain_text("On the chosen words: Monday")
    text.focus()
    olas.get_by_label("New comment").fill("Looks good.")
    olas.get_by_role("button", name="Comment", exact=True).click()
    expect(kari.locator("#comments")).to_contain_text("Looks good.", timeout=WITHIN)
    expect(kari.locator("[data-passage]")).to_contain_text("On the chosen words: Monday")
    kari.get_by_label("New comment").fill("Really Monday?")
    kari.get_by_role("button", name="Comment", exact=True).click()
    expect(olas.locator("#comments q")).to_have_text("Monday", timeout=WITHIN)
    expect(olas.locator("[data-talk-said]")).to_have_text("1 new comment by Kari Nordmann.")
    expect(kari.locator(".said")).to_have_count(2)


def test_words_are_chosen_where_the_post_is_only_read(site):
    hall = make_town_hall()
    vera = make_person(hall.team, "viewer", name="Vera Reader")
    post = make_post(hall.roads, text="Closed *until* Monday. Closed **until** Friday.")
    page = site.open(vera)
    page.goto(f"/posts/{post.uuid}/edit")
    text = page.locator("[data-passages]")
    text.evaluate(
        """text => {
          const range = document.createRange();
          const [before, after] = [text.querySelector("strong").firstChild, text.querySelector("strong").nextSibling];
          range.setStart(before, 0);
          range.setEnd(after, 7);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }"""
    )
    page.get_by_role("button", name="Comment on the chosen words").press("Enter")
    remark = page.get_by_label("New comment")
    expect(remark).to_be_focused()
    expect(page.locator("[data-passage]")).to_contain_text("On the chosen words: until Friday")
    page.keyboard.type("Or Saturday?")
    page.get_by_role("button", name="Comment", exact=True).press("Enter")
    expect(page.locator("#comments q")).to_have_text("until Friday")
    expect(page.locator("#comments")).not_to_contain_text("has changed since")
    db.session.rollback()
    assert db.session.scalars(sa.select(commenting.Comment.quote_at)).one() > 20
    page.get_by_role("button", name="Show it in the text").click()
    assert page.evaluate("() => getSelection().toString()") == "until Friday"

    page = site.open(hall.kari)
    page.goto(f"/posts/{post.uuid}/edit")
    page.get_by_role("button", name="Show it in the text").click()
    field = page.get_by_role("textbox", name="Text", exact=True)
    assert field.evaluate("f => f.value.slice(f.selectionStart, f.selectionEnd)") == "until** Friday"


def test_somebody_outside_answers_in_a_thread(site):
    hall = make_town_hall()
    post = make_post(hall.roads, text="Closed until Monday.", author_id=hall.kari.id)
    with meanwhile():
        now, kari = database_now(), actor_for(hall.kari)
        token = letting_in.make(post, actor=kari, now=now, days="7", may_comment=True)
        asked = commenting.put(post, commenting.Comment(guest="Fire brigade", text="Which lane?"), now=now)
        commenting.comment(post, "The left one.", actor=kari, now=now, parent=asked)
    karis, guest = site.open(hall.kari), site.open(size=NARROW)
    listening(karis, f"/posts/{post.uuid}/edit")
    guest.goto(f"/shared/{token}")
    guest.get_by_text("Answer: Fire brigade").press("Enter")
    form = guest.locator("details.answer")
    form.get_by_role("button", name="Send the answer").press("Enter")
    expect(form.get_by_text("Say who you are.")).to_be_visible()
    site.watch(guest).expect("422", times=1)
    form.get_by_label("Your name").fill("Fire brigade")
    form.get_by_label("Your answer").fill("Thanks.")
    form.get_by_role("button", name="Send the answer").press("Enter")
    expect(guest.locator(".thread .said")).to_have_count(3)
    expect(karis.locator("[data-talk-said]")).to_have_text("1 new comment by Fire brigade.", timeout=WITHIN)
    expect(karis.locator(".thread")).to_contain_text("Thanks.")
    assert guest.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
