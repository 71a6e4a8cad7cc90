import json
from dataclasses import replace

import pytest

from calendar_app.feeds.entry import BadEntry
from calendar_app.feeds.json_feed import render_entry, render_feed
from tests.feeds.entries import CONCERT, HEAD, HOST, HOSTILE, PLAN, POST, UUID, WITHDRAWN

ID = f"tag:{HOST},2026:post/{UUID}"


def test_the_feed_says_who_and_where():
    assert json.loads(render_feed(replace(HEAD, hub_address="https://hub.example/"), [])) == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Traffic",
        "home_page_url": HEAD.home_address,
        "feed_url": HEAD.self_address,
        "description": "Roads and ferries",
        "language": "en",
        "authors": [{"name": "Fjordvik"}],
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
        "items": [],
    }


def test_an_item_carries_what_the_format_knows_and_the_event_beside_it():
    (item,) = json.loads(render_feed(HEAD, [render_entry(replace(CONCERT, link="https://roads.example/"))]))[
        "items"
    ]
    address = '<a href="https://roads.example/" rel="nofollow noopener">https://roads.example/</a>'
    assert item == {
        "id": ID,
        "url": POST.url,
        "title": "Concert",
        "content_html": "<p><strong>2026-12-01 18:00–20:00 Europe/Oslo, Town hall; room 2</strong></p>\n"
        f"<p>Take the <strong>ferry</strong>.</p>\n<p>{address}</p>",
        "summary": "Take the ferry. Times.",
        "date_published": "2026-10-01T09:00:00Z",
        "date_modified": "2026-10-01T10:00:00Z",
        "tags": ["Traffic", "Storms, floods"],
        "language": "en",
        "_sluice": {
            "streams": ["traffic", "crisis"],
            "event": {
                "starts_at": "2026-12-01T17:00:00Z",
                "ends_at": "2026-12-01T19:00:00Z",
                "timezone": "Europe/Oslo",
                "location": "Town hall; room 2",
            },
        },
        "external_url": "https://roads.example/",
    }


def test_a_withdrawn_post_is_gone_and_a_plan_is_refused():
    parts = [render_entry(WITHDRAWN), render_entry(POST), render_entry(WITHDRAWN), render_entry(CONCERT)]
    assert [item["title"] for item in json.loads(render_feed(HEAD, parts))["items"]] == [
        POST.title,
        "Concert",
    ]
    with pytest.raises(BadEntry, match="plans are shown in calendars alone"):
        render_entry(PLAN)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_break_nothing(words):
    post = replace(POST, title=words, text=words, html=words, streams=((words, words),))
    feed = json.loads(
        render_feed(replace(HEAD, title=words, owner=words), [render_entry(post), render_entry(POST)])
    )
    assert [item["id"] for item in feed["items"]] == [ID, ID]
    assert "\x00" not in feed["items"][0]["title"] + feed["items"][0]["content_html"]


def test_the_same_post_gives_the_same_bytes():
    assert render_entry(POST) == render_entry(replace(POST))
