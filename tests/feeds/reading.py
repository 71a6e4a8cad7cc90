"""What readers' programs make of a feed, by parsers of somebody else; and posts for them to read."""

from __future__ import annotations

import json

import feedparser
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from calendar_app.extensions import database_now, db
from calendar_app.posts.publishing import publish_now
from tests.factories import make_actor, make_post

FORMS = ("ics", "atom", "rss", "json")


def make_published(stream, *streams, actor=None, **values):
    post = make_post(stream, *streams, **values)
    publish_now(post, actor=actor or make_actor(stream.team), now=database_now())
    db.session.commit()
    return post


def titles(form, content):
    """What a reader sees; the calendar is read by two."""
    if form == "ics":
        found = [str(event["SUMMARY"]) for event in Calendar.from_ical(content).walk("VEVENT")]
        again = IcsCalendarStream.calendar_from_ics(content.decode())
        assert sorted(event.summary for event in again.events) == sorted(found)
        return found
    if form == "json":
        return [item["title"] for item in json.loads(content)["items"]]
    parsed = feedparser.parse(content)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return [entry.title for entry in parsed.entries if "title" in entry]


def events(answer):
    return list(Calendar.from_ical(answer.data).walk("VEVENT"))
