"""As somebody new, without a word of documentation: from the set-up link to a week of posts in three streams."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from calendar_app.extensions import db
from calendar_app.people.setting_up import first_link
from calendar_app.posts.models import Post
from tests.browser.hand import Hand
from tests.browser.worlds import PASSWORD, ZONE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FIVE_MINUTES = 300
# What it takes now, with a little room: whoever needs more of a person should know that they do.
MOST_PRESSES, MOST_SECONDS = 38, 190
ACCOUNT = {
    "Organisation": "Fjordvik", "Team": "Communications", "E-mail": "kari@fjordvik.example",
    "Name": "Kari Nordmann", "Password": PASSWORD,
}  # fmt: skip
# Of nine a week any seven on end are of all three. The last is none of those that are offered: it is typed.
STREAMS = {
    "Road works": "every weekday at 09:00",
    "Culture": "weekly on Tue and Thu at 10:00",
    "Council": "weekly on Mon and Wed at 15:00",
}
# As long as such posts are.
POSTS = (
    ("Storgata is closed", "From Monday, for three days. Buses go by Havnegata."),
    ("Night work in the tunnel", "Between nine and four. One lane stays open."),
    ("Bridge open again", "Both lanes, from seven in the morning."),
    ("Concert in the church", "The brass band plays. Nobody pays."),
    ("New asphalt in Skolegata", "Please move your cars before eight."),
    ("The budget is out", "Read it on our pages, and say what you think."),
    ("Films for children", "Three short ones, on Saturday at noon."),
)


def test_a_week_in_three_streams_takes_less_than_five_minutes(site):
    link = first_link()
    page = site.open()
    hand = Hand(page)
    page.goto(f"/enter/set-up/{link}")
    set_up(hand)
    three_streams(hand)
    hand.press(page.get_by_role("link", name="Calendar", exact=True))
    hand.press(page.get_by_role("link", name="Write the first post"))
    for number, (title, text) in enumerate(POSTS):
        if number:
            hand.press(page.get_by_role("link", name="Write the next one"))
        hand.write(page.get_by_role("textbox", name="Title", exact=True), title)
        hand.write(page.get_by_role("textbox", name="Text", exact=True), text)
        hand.press(page.get_by_role("button", name=re.compile("^Schedule")))
        expect(page.get_by_text("Scheduled for ")).to_be_visible()
    a_week_is_planned()
    assert hand.presses <= MOST_PRESSES and hand.seconds <= MOST_SECONDS < FIVE_MINUTES


def set_up(hand):
    page = hand.page
    expect(page.get_by_label("Organisation")).to_be_focused()
    for label, text in ACCOUNT.items():
        hand.write(page.get_by_label(label, exact=True), text)
    # Where the browser is, nobody has to say.
    expect(page.get_by_label("Time zone")).to_have_value(ZONE)
    hand.press(page.get_by_role("button", name="Begin"))


def three_streams(hand):
    """Each stream leads to the next; a promise that many make is one press."""
    page, ways = hand.page, ["Make a stream", *["Make another stream"] * 2]
    for way, (name, promise) in zip(ways, STREAMS.items(), strict=True):
        hand.press(page.get_by_role("link", name=way))
        hand.write(page.get_by_label("Name"), name)
        field, offered = page.get_by_label("How often is it heard?"), page.get_by_role("button", name=promise)
        if offered.count():
            hand.press(offered)
        else:
            hand.write(field, promise)
        expect(field).to_have_value(promise)
        hand.press(page.get_by_role("button", name="Open it now"))
        expect(page.get_by_role("status").filter(has_text=f"“{name}” is open.")).to_be_visible()


def a_week_is_planned():
    """Every promise of seven posts on end is kept, none twice."""
    db.session.rollback()
    posts = db.session.query(Post).order_by(Post.due_at).all()
    assert [post.state for post in posts] == ["scheduled"] * len(POSTS)
    assert len({(post.home.id, post.due_at) for post in posts}) == len(POSTS)
    assert {post.home.name for post in posts} == set(STREAMS)
    assert (posts[-1].due_at - posts[0].due_at).days < 7
