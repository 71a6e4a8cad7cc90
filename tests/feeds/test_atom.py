from dataclasses import replace

import feedparser
import pytest
from lxml import etree

from calendar_app.feeds.atom import render_entry, render_feed
from calendar_app.feeds.entry import BadEntry
from tests.feeds.entries import CONCERT, HEAD, HOST, HOSTILE, OSLO, PLAN, POST, TEN, UUID, WITHDRAWN

ATOM = "{http://www.w3.org/2005/Atom}"
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}"
ID = f"tag:{HOST},2026:post/{UUID}"


def read(content):
    """The feed as a feed reader sees it; what is not well-formed or not UTF-8 fails here."""
    etree.fromstring(content)
    feed = feedparser.parse(content)
    assert feed.bozo is False
    return feed


def test_the_feed_says_who_where_and_since_when():
    feed = read(render_feed(HEAD, [])).feed
    assert (feed.id, feed.title, feed.subtitle, feed.author) == (
        HEAD.feed_id,
        "Traffic",
        "Roads and ferries",
        "Fjordvik",
    )
    assert feed.updated == "2026-10-01T10:00:00Z"
    assert [(link.rel, link.href) for link in feed.links] == [
        ("self", HEAD.self_address),
        ("alternate", HEAD.home_address),
    ]


def test_a_hub_is_named_only_where_there_is_one():
    with_hub = read(render_feed(replace(HEAD, hub_address="https://hub.example/"), []))
    assert [link.href for link in with_hub.feed.links if link.rel == "hub"] == ["https://hub.example/"]
    assert b"hub" not in render_feed(HEAD, [])


def test_an_entry_carries_its_permanent_id_times_streams_and_text():
    (entry,) = read(render_feed(HEAD, [render_entry(replace(POST, link="https://roads.example/å"))])).entries
    assert (entry.id, entry.title, entry.link) == (ID, "The bridge is closed", POST.url)
    assert (entry.published, entry.updated) == ("2026-10-01T09:00:00Z", "2026-10-01T10:00:00Z")
    assert [(tag.term, tag.label) for tag in entry.tags] == [
        ("traffic", "Traffic"),
        ("crisis", "Storms, floods"),
    ]
    assert [link.href for link in entry.links if link.rel == "related"] == ["https://roads.example/%C3%A5"]
    assert entry.content[0].language == "en"
    assert entry.content[0].value.startswith("<p>Take the <strong>ferry</strong>.</p>")


def test_the_text_of_an_event_begins_with_when_and_where():
    (entry,) = read(render_feed(HEAD, [render_entry(CONCERT)])).entries
    assert entry.content[0].value.split("\n")[0] == (
        "<p><strong>2026-12-01 18:00–20:00 Europe/Oslo, Town hall; room 2</strong></p>"
    )


def test_what_was_stored_is_made_safe_once_more():
    hostile = '<p onclick="x()">a<script>b</script><a href="javascript:c">d</a><img src=e></p>'
    (entry,) = etree.fromstring(render_feed(HEAD, [render_entry(replace(POST, html=hostile))])).findall(
        f"{ATOM}entry"
    )
    assert entry.findtext(f"{ATOM}content") == '<p>a<a rel="nofollow noopener">d</a></p>'


def test_a_withdrawn_post_leaves_a_stone_with_its_id_and_hour_and_nothing_of_its_words():
    feed = etree.fromstring(render_feed(HEAD, [render_entry(WITHDRAWN)]))
    (stone,) = feed.findall(f"{TOMBSTONE}deleted-entry")
    assert dict(stone.attrib) == {"ref": ID, "when": "2026-10-01T10:00:00Z"}
    assert (feed.findall(f"{ATOM}entry"), len(stone)) == ([], 0)


def test_a_plan_is_refused():
    with pytest.raises(BadEntry, match="plans are shown in calendars alone"):
        render_entry(PLAN)


def test_a_post_without_a_title_is_headed_by_its_first_words():
    (entry,) = read(render_feed(HEAD, [render_entry(replace(POST, title=" \n"))])).entries
    assert entry.title == "Take the ferry. Times."


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_break_nothing(words):
    post = replace(POST, title=words, html=words, streams=((words, words),))
    head = replace(HEAD, title=words, description=words, owner=words)
    content = render_feed(head, [render_entry(post), render_entry(CONCERT)])
    feed = etree.fromstring(content)
    assert [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")] == [ID, ID]
    assert len(read(content).entries) == 2


def test_the_same_post_gives_the_same_bytes():
    moved = replace(POST, updated_at=TEN.astimezone(OSLO))
    assert render_feed(HEAD, [render_entry(POST)]) == render_feed(HEAD, [render_entry(moved)])
