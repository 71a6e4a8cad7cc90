import locale
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import feedparser
import pytest
from lxml import etree

from calendar_app.feeds.entry import BadEntry
from calendar_app.feeds.rss import render_entry, render_feed
from tests.feeds.entries import HEAD, HOST, HOSTILE, OSLO, PLAN, POST, TEN, UUID, WITHDRAWN

ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
ID = f"tag:{HOST},2026:post/{UUID}"


def read(content):
    feed = feedparser.parse(content)
    assert feed.bozo is False
    return feed


def channel(content):
    return etree.fromstring(content).find("channel")


def test_the_link_of_the_channel_is_its_page_and_self_is_the_feed():
    content = render_feed(replace(HEAD, hub_address="https://hub.example/"), [])
    assert channel(content).findtext("link") == HEAD.home_address
    links = channel(content).findall("{http://www.w3.org/2005/Atom}link")
    assert [(link.get("rel"), link.get("href")) for link in links] == [
        ("self", HEAD.self_address),
        ("hub", "https://hub.example/"),
    ]
    assert read(content).feed.title == "Traffic"


def test_an_item_carries_its_permanent_id_day_streams_and_text():
    content = render_feed(HEAD, [render_entry(POST)])
    item = channel(content).find("item")
    assert (item.findtext("guid"), item.find("guid").get("isPermaLink")) == (ID, "false")
    assert item.findtext("pubDate") == "Thu, 01 Oct 2026 09:00:00 GMT"
    assert [category.text for category in item.findall("category")] == ["Traffic", "Storms, floods"]
    assert item.findtext("description") == "Take the ferry. Times."
    assert item.findtext(ENCODED) == "<p>Take the <strong>ferry</strong>.</p>"
    (entry,) = read(content).entries
    assert (entry.id, entry.link, entry.published_parsed[:6]) == (ID, POST.url, (2026, 10, 1, 9, 0, 0))


def test_the_names_of_days_are_english_whatever_the_machine_speaks():
    before = locale.setlocale(locale.LC_TIME)
    try:
        for name in ("nb_NO.UTF-8", "sv_SE.UTF-8", "de_DE.UTF-8"):
            with suppress(locale.Error):
                locale.setlocale(locale.LC_TIME, name)
        assert b"<lastBuildDate>Wed, 06 May 2026 22:30:00 GMT<" in render_feed(
            replace(HEAD, updated=datetime(2026, 5, 7, 0, 30, tzinfo=OSLO)), []
        )
    finally:
        locale.setlocale(locale.LC_TIME, before)


def test_a_withdrawn_post_is_gone_and_a_plan_is_refused():
    assert render_entry(WITHDRAWN) == b""
    assert channel(render_feed(HEAD, [b"", render_entry(POST), b""])).xpath("count(item)") == 1
    with pytest.raises(BadEntry, match="plans are shown in calendars alone"):
        render_entry(PLAN)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_break_nothing(words):
    post = replace(POST, title=words, text=words, html=words, streams=((words, words),))
    content = render_feed(
        replace(HEAD, title=words, description=words), [render_entry(post), render_entry(POST)]
    )
    assert channel(content).xpath("count(item)") == 2
    assert [entry.id for entry in read(content).entries] == [ID, ID]


def test_the_same_post_gives_the_same_bytes():
    moved = replace(POST, published_at=POST.published_at.astimezone(OSLO), updated_at=TEN.astimezone(UTC))
    assert render_feed(HEAD, [render_entry(POST)]) == render_feed(HEAD, [render_entry(moved)])
