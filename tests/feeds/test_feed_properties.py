"""What must hold for any text at all, in every format."""

import json
from dataclasses import replace
from datetime import UTC

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar
from lxml import etree

from calendar_app.feeds import atom, ical, json_feed, opml, rss
from calendar_app.feeds.entry import etag, heading, one_line, permanent_id
from calendar_app.posts.text import clean
from tests.feeds.entries import HEAD, POST, anything, entries

often = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@often
@given(entries(), anything(), anything(), st.sampled_from(["public", "team"]))
def test_any_post_makes_a_calendar_that_both_libraries_read_as_it_was_meant(entry, title, note, at):
    event = ical.render_event(entry, at=at, member_note=note if at == "team" else None)
    content = ical.render_calendar(
        replace(HEAD, title=title, description=note), [event, ical.render_event(POST)]
    )
    strict = IcsCalendarStream.calendar_from_ics(content.decode())
    assert [found.uid for found in strict.events] == [f"{entry.uuid}@{entry.host}"] * 2
    before = "Published: " if at == "team" else ""
    assert strict.events[0].summary == before + heading(entry)
    assert [len(found.errors) for found in Calendar.from_ical(content).events] == [0, 0]
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n")
    changed = entry.updated_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ").encode()
    stamps = [line for line in event.split(b"\r\n") if line.startswith((b"DTSTAMP:", b"LAST-MODIFIED:"))]
    assert stamps == [b"DTSTAMP:" + changed, b"LAST-MODIFIED:" + changed]
    assert b"METHOD" not in [line.split(b":")[0] for line in content.split(b"\r\n")]


@often
@given(entries(), anything())
def test_any_post_makes_well_formed_atom_and_rss_with_its_words(entry, title):
    head = replace(HEAD, title=title, description=title, owner=title)
    feed = etree.fromstring(atom.render_feed(head, [atom.render_entry(entry), atom.render_entry(POST)]))
    found = feed.findall("{*}entry")
    assert [one.findtext("{*}id") for one in found] == [permanent_id(entry)] * 2
    assert [one.findtext("{*}title") for one in found] == [heading(entry), POST.title]
    assert feed.findtext("{*}title") == one_line(title)
    channel = etree.fromstring(rss.render_feed(head, [rss.render_entry(entry), rss.render_entry(POST)]))[0]
    assert [item.findtext("title") for item in channel.findall("item")] == [heading(entry), POST.title]
    encoded = [
        item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") for item in channel.findall("item")
    ]
    assert encoded == [one.findtext("{*}content") for one in found]


@often
@given(entries(), anything())
def test_any_post_makes_json_with_the_same_words(entry, title):
    feed = json.loads(
        json_feed.render_feed(replace(HEAD, title=title), [json_feed.render_entry(entry)]).decode()
    )
    assert (feed["title"], feed["items"][0]["title"]) == (one_line(title), heading(entry))
    assert feed["items"][0]["content_html"] == clean(feed["items"][0]["content_html"])


@often
@given(st.lists(anything(), max_size=4))
def test_any_titles_make_well_formed_opml(titles):
    address = "https://a.example/"
    tree = etree.fromstring(
        opml.render("".join(titles), address, [(title, address, address) for title in titles])
    )
    assert [outline.get("text") for outline in tree.findall("body/outline")] == [
        one_line(title) for title in titles
    ]


@often
@given(entries())
def test_bytes_depend_on_the_post_alone(entry):
    for render in (ical.render_event, atom.render_entry, rss.render_entry, json_feed.render_entry):
        assert render(entry) == render(replace(entry))


@given(st.binary(), st.binary())
def test_a_tag_is_strong_quoted_and_the_same_only_for_the_same_bytes(first, second):
    assert etag(first).startswith('"')
    assert len(etag(first)) == 34
    assert (etag(first) == etag(second)) == (first == second)
