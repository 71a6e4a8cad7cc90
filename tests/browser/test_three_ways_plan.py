"""The plan and what stands around it, by mouse, by finger on a phone in bokmål, by keys alone in Swedish."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from calendar_app.extensions import db
from calendar_app.posts.models import Post
from tests.browser.finger import Finger
from tests.browser.looking import layout
from tests.browser.standing import centre
from tests.browser.test_moving import DAY, planned, shown
from tests.browser.three_ways import come, three_ways
from tests.browser.worlds import WEEKDAYS, make_town_hall

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

VIEWS = {"week": "Week", "day": "Day", "list": "List", "streams": "Streams", "month": "Month"}


def posts_on(page):
    return page.locator("#plan [data-post]")


def choose(kari, link):
    if kari.way == "touch":
        finger = Finger(kari.page)
        finger.take(*centre(link))
        finger.lift()
        kari.page.wait_for_timeout(300)  # what ends a drag is no tap
    elif kari.way == "mouse":
        link.click(modifiers=["Control"])
    else:
        link.focus()
        link.press("x")


def find(kari, words):
    """Through the window that finds and does, which is open on every page."""
    if kari.way == "keys":
        kari.page.keyboard.press("Control+k")
    else:
        if kari.way == "touch":
            kari.open(".tabs-more > summary")
        kari.button("Find and do")
    kari.page.locator("#palette-list").get_by_role("option").first.wait_for()
    kari.page.get_by_role("combobox", name=kari.say("Find and do")).fill(words)
    row = kari.page.locator("#palette-list").get_by_role("option", name=words).first
    expect(row).to_be_visible()
    if kari.way == "keys":
        kari.page.keyboard.press("Enter")
    else:
        kari.press(row)


@three_ways("views", "open a post beside the plan", "undo", "saved views")
def test_views_a_post_beside_them_and_a_view_under_a_name(site, way):
    hall = make_town_hall()
    post, to = planned(hall), DAY.replace(day=18)
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto(f"/calendar?date={DAY}")
    views = kari.named("navigation", "View, narrow screen" if way == "touch" else "View")
    for view, word in VIEWS.items():
        kari.link(word, within=views, exact=True)
        expect(page.locator("#plan")).to_have_attribute("data-view", view)
        page.wait_for_url(re.compile(f"view={view}"))
        assert list(layout(page)) == [], view

    kari.press(shown(page, post))
    peek = page.locator("#peek")
    expect(peek.locator("h2")).to_have_text("Halloween")
    kari.write(kari.labelled("Move to another day", within=peek), f"{to}")
    kari.button("Move", within=peek, exact=True)
    expect(shown(page, post, to)).to_be_visible()
    kari.button("Undo", within=page.locator("[data-toast]"))
    expect(shown(page, post, DAY)).to_be_visible()
    kari.link("Close", within=peek)
    expect(peek).to_be_hidden()
    if page.locator("[data-toast]").is_visible():
        kari.button("Close this message", exact=True)

    # Narrow, they lie in the menu of the filter; wide, beside the plan.
    narrow = way == "touch"
    views = page.locator("#menu-views" if narrow else "#rail-views")

    def see_views():
        if narrow and not views.is_visible():
            kari.open(".filter > summary")

    see_views()
    kari.open(views.locator(".view-new > summary"))
    kari.write(kari.labelled("Name", within=views.locator(".view-new")), "What waits")
    kari.button("Save", within=views, exact=True)
    saved = views.get_by_role("link", name="What waits")
    expect(views.locator("a", has_text="What waits")).to_have_count(1)
    see_views()
    page.evaluate("document.getElementById('plan').dataset.before = ''")
    kari.press(saved)
    expect(page.locator("#plan:not([data-before])")).to_be_visible()
    expect(page.locator("[data-go-view='1']")).to_have_attribute("aria-current", "page")
    see_views()
    kari.open(views.locator("li .view-change > summary"))
    kari.button("Delete", within=views, exact=True)
    expect(views.locator("a", has_text="What waits")).to_have_count(0)


def in_menu(kari, many, name):
    """On a phone what can be done with many is behind one button."""
    if kari.way == "touch":
        kari.button("What to do", within=many)
    kari.button(name, within=many, exact=True)


@three_ways(
    "duplicate",
    "several at once",
    "undo instead of asking",
    "history of steps",
    "find and do",
    "keys and help",
)
def test_copies_the_bin_the_history_and_help(site, way):
    hall = make_town_hall()
    post, other = planned(hall), planned(hall, clock="12:00", title="Fair")
    kari = come(site, hall.kari, way)
    page, many, uuid = kari.page, kari.page.locator("[data-many]"), post.uuid
    page.goto(f"/calendar?date={DAY}")
    choose(kari, shown(page, post))
    choose(kari, shown(page, other)) if way != "touch" else kari.press(shown(page, other))
    in_menu(kari, many, "Duplicate")
    expect(posts_on(page)).to_have_count(4)
    in_menu(kari, many, "Throw away")
    expect(posts_on(page)).to_have_count(2)
    kari.button("Undo", within=page.locator("[data-toast]"))
    expect(posts_on(page)).to_have_count(4)

    find(kari, kari.say("What you did here"))
    history = page.locator("dialog[data-history]")
    kari.button("Take back to here", within=history)
    expect(posts_on(page)).to_have_count(2)
    # What was taken back last stands nearest to what stands.
    kari.press(kari.named("button", "Do again to here", within=history).last)
    expect(posts_on(page)).to_have_count(4)
    kari.button("Take back to here", within=history)
    expect(posts_on(page)).to_have_count(2)
    kari.button("Close", within=history, exact=True)
    db.session.rollback()
    assert sorted(one.title for one in db.session.query(Post)) == ["Fair", "Halloween"]

    find(kari, kari.say("All keys"))
    keys = kari.named("dialog", "Keys")
    expect(keys).to_contain_text(kari.say("undo, and do again"))
    kari.button("Close", within=keys, exact=True)
    find(kari, "Halloween")
    page.wait_for_url(f"**/posts/{uuid}/edit")
    if way == "touch":
        kari.open(".tabs-more > summary")
    kari.link("Help", exact=True)
    page.wait_for_url("**/help*")
    expect(page.get_by_role("heading", level=1)).to_have_text(kari.say("Help"))


@three_ways("warnings with a way out", "fill the gaps")
def test_a_warning_leads_to_filled_gaps_and_they_are_emptied_again(site, way):
    hall = make_town_hall()
    hall.culture.cadence = WEEKDAYS
    hall.roads.flood_posts, hall.roads.flood_hours = 2, 24
    for day, clock in ((15, "10:00"), (15, "14:00"), (15, "18:00"), (20, "10:00"), (20, "10:02")):
        planned(hall, DAY.replace(day=day), clock)
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto(f"/calendar?date={DAY}")
    kari.open("details.asides > summary")
    for sentence, posts in (("Much at once in “%(stream)s”.", 3), ("Close together in “%(stream)s”.", 2)):
        told = page.locator(".asides .note", has_text=kari.say(sentence, stream="Road works"))
        kari.link("See that day", within=told, exact=True)
        expect(page.locator("#plan")).to_have_attribute("data-view", "day")
        expect(posts_on(page)).to_have_count(posts)
        page.goto(f"/calendar?date={DAY}")
        if not told.is_visible():
            kari.open("details.asides > summary")
    kari.button("Fill the gaps", within=page.locator("details.asides"))
    page.wait_for_url("**/streams/culture/queue*")
    expect(page.locator("[data-queue] > li").first).to_be_visible()
    kari.press(page.locator(".queue-undo button").last)
    expect(page.locator("[data-queue] > li")).to_have_count(0)


@three_ways("first steps")
def test_the_first_post_in_three_steps(site, way):
    hall = make_town_hall(cadence=WEEKDAYS)
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto("/calendar")
    steps = page.locator(".first-steps")
    kari.link("Write the first post", within=steps)
    kari.write(page.locator("#title"), "The first")
    page.wait_for_url(re.compile("/posts/.+/edit$"))
    page.goto("/calendar")
    kari.link("Open the draft", within=steps)
    expect(page.locator("#title")).to_have_value("The first")
    kari.press(page.locator("[data-slot]").first)
    kari.press(page.locator("[data-step=schedule]"))
    expect(page.locator(".send .state-mark")).to_have_attribute("data-state", "scheduled")
    page.goto("/calendar")
    expect(steps).to_have_count(0)


@three_ways("list to search and sort", "one step for many")
def test_a_list_is_searched_and_sorted_and_many_of_it_take_one_step(site, way):
    hall = make_town_hall()
    repaired, tunnel, anew = (
        planned(hall, clock=clock, title=title)
        for clock, title in (("10:00", "Roof repaired"), ("12:00", "A tunnel"), ("14:00", "Roof anew"))
    )
    kari = come(site, hall.kari, way)
    page, many, to = kari.page, kari.page.locator("[data-many]"), DAY.replace(day=20)
    page.goto(f"/calendar?view=list&date={DAY}")
    kari.write(page.locator("#find"), "roof")
    expect(posts_on(page)).to_have_count(2)
    expect(page.locator("#find")).to_be_focused()
    kari.link("title", within=page.locator(".sorts"), exact=True)
    page.wait_for_url(re.compile("sort=title"))
    expect(page.locator("#find")).to_have_value("roof")
    kari.link("latest first", within=page.locator(".sorts"), exact=True)
    expect(posts_on(page).first).to_have_attribute("data-post", f"{anew.uuid}")

    for box in page.locator("#plan [data-choose]").all():
        kari.press(box)
    expect(many.locator("[data-chosen]")).to_have_text(kari.say("{number} posts are chosen").format(number=2))
    if way == "touch":
        kari.button("What to do", within=many)
    assert kari.look("list-chosen") == []
    kari.write(many.locator("[name=date]"), f"{to}")
    kari.button("Move to this day", within=many, exact=True)
    for post in (repaired, anew):
        expect(shown(page, post, to)).to_be_visible()
    kari.button("Undo", within=page.locator("[data-toast]"))
    for post in (repaired, anew):
        expect(shown(page, post, DAY)).to_be_visible()
    db.session.rollback()
    days = {db.session.get(Post, post.id).publish_at[:10] for post in (repaired, tunnel, anew)}
    assert days == {f"{DAY}"}
