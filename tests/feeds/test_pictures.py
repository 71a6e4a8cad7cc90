"""Pictures in feeds: in the content with their words, and as what readers call enclosure or attachment."""

from __future__ import annotations

import json
from dataclasses import replace

import feedparser
import pytest
from lxml import etree

from calendar_app.extensions import database_now, db
from calendar_app.feeds import atom, ical, json_feed, parts, rss
from calendar_app.feeds.entry import EntryPicture
from calendar_app.posts.drafting import edit
from tests.factories import make_actor, make_post, make_stream
from tests.feeds.entries import HEAD, HOST, POST
from tests.media.pictures import attach, make_medium

AT = f"https://{HOST}/media/{'a' * 64}"
BRIDGE = EntryPicture(
    f"{AT}.jpg", "image/jpeg", 12_345, f"{AT}-1600.jpg", 1600, 900, 'The "closed" <bridge>', "Kari & Co"
)
SECOND = replace(BRIDGE, alt="", credit="")
ENTRY = replace(POST, pictures=(BRIDGE, SECOND))
FIGURE = (
    f'<figure><img src="{AT}-1600.jpg" width="1600" height="900" alt="The &quot;closed&quot; &lt;bridge&gt;">'
    "<figcaption>Kari &amp; Co</figcaption></figure>"
)


def test_atom_has_enclosures_and_figures():
    found = feedparser.parse(atom.render_feed(HEAD, [atom.render_entry(ENTRY)]))
    assert not found.bozo
    (entry,) = found.entries
    first, second = entry.enclosures
    assert (first.href, first.type, first.length) == (f"{AT}.jpg", "image/jpeg", "12345")
    assert (first.title, "title" in second) == ('The "closed" <bridge>', False)
    assert b"&lt;figure&gt;" in atom.render_entry(ENTRY)
    content = etree.fromstring(atom.render_entry(ENTRY)).findtext("{http://www.w3.org/2005/Atom}content")
    assert FIGURE in content


def test_rss_has_one_enclosure_and_all_figures():
    found = feedparser.parse(rss.render_feed(HEAD, [rss.render_entry(ENTRY)]))
    assert not found.bozo
    (entry,) = found.entries
    assert [(one.href, one.type, one.length) for one in entry.enclosures] == [
        (f"{AT}.jpg", "image/jpeg", "12345")
    ]
    assert entry.content[0].value.count("<img") == 2


def test_json_feed_has_image_and_attachments():
    item = json.loads(json_feed.render_entry(ENTRY))
    assert item["image"] == f"{AT}-1600.jpg"
    assert item["attachments"] == [
        {
            "url": f"{AT}.jpg",
            "mime_type": "image/jpeg",
            "size_in_bytes": 12_345,
            "title": 'The "closed" <bridge>',
        },
        {"url": f"{AT}.jpg", "mime_type": "image/jpeg", "size_in_bytes": 12_345},
    ]
    assert item["content_html"].endswith("</figure>") and FIGURE in item["content_html"]


@pytest.mark.parametrize(
    "render", [atom.render_entry, rss.render_entry, json_feed.render_entry, ical.render_event]
)
def test_the_same_entry_gives_the_same_bytes_and_without_pictures_the_bytes_of_old(render):
    assert render(ENTRY) == render(ENTRY)
    assert render(replace(ENTRY, pictures=())) == render(POST)
    if render is ical.render_event:
        assert render(ENTRY) == render(POST)


def test_a_kept_feed_follows_a_change_of_its_pictures(client, app):
    stream = make_stream(handle="roads")
    medium = make_medium(stream.team, alt="A bridge")
    post = make_post(stream, state="published", published_at=database_now())
    attach(post, medium)
    for form in ("atom", "rss", "json"):
        feed = client.get(f"/streams/roads.{form}").text
        assert f"http://127.0.0.1:8000/media/{medium.digest}.png" in feed and "A bridge" in feed
        assert client.get(f"/streams/roads.{form}").text == feed
    assert medium.digest not in client.get("/streams/roads.ics").text
    actor = make_actor(stream.team)
    edit(post, {"pictures": []}, version=post.version, actor=actor, now=database_now())
    db.session.commit()
    for form in ("atom", "rss", "json"):
        assert medium.digest not in client.get(f"/streams/roads.{form}").text


def test_a_part_of_a_picture_weighs_what_its_address_gives(client, app):
    stream = make_stream(handle="roads")
    post = make_post(stream, state="published", published_at=database_now())
    medium = make_medium(stream.team)
    attach(post, medium)
    post.pictures[0].crop = [0, 0, 500, 500]
    db.session.commit()
    (entry,) = feedparser.parse(client.get("/streams/roads.rss").data).entries
    (one,) = entry.enclosures
    assert medium.digest in one.href and int(one.length) == len(client.get(one.href).data) > 0


def test_pictures_cost_a_feed_one_question_and_not_one_for_each_post(app):
    import sqlalchemy as sa

    stream = make_stream(handle="roads")
    for number in range(5):
        post = make_post(stream, state="published", published_at=database_now())
        attach(post, make_medium(stream.team, colour=(number, 0, 0)))
    asked = []
    ids = list(db.session.scalars(sa.text("SELECT id FROM post")))
    db.session.expire_all()

    def note(*args):
        asked.append(args[2])

    sa.event.listen(db.engine, "before_cursor_execute", note)
    assert len(parts.render(ids, "atom", {})) == 5
    sa.event.remove(db.engine, "before_cursor_execute", note)
    assert sum("post_picture" in question for question in asked) == 1
