"""The addresses that programs poll. No cookie, no negotiation, no paging; the same bytes until something changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request

from calendar_app import links
from calendar_app.extensions import limiter
from calendar_app.feeds import opml
from calendar_app.feeds.assembling import MEDIA_TYPES, choice_feed, everything_feed, stream_feed
from calendar_app.feeds.choosing import chosen_streams, last_change, open_stream, public_streams
from calendar_app.feeds.entry import etag
from calendar_app.feeds.fresh import is_fresh
from calendar_app.feeds.shelf import MARK, Mark
from calendar_app.feeds.team_feed import team_calendar
from calendar_app.times import http_date, utcnow

if TYPE_CHECKING:
    from calendar_app.feeds.assembling import Feed

feeds = Blueprint("feeds", __name__)
limiter.exempt(feeds)

FORMS = "any(ics, atom, rss, json)"
# Programs ask again on their own time; what lies between may keep it for five minutes.
SHARED = "public, max-age=300, stale-if-error=604800"


@feeds.get(f"/streams/<handle>.<{FORMS}:form>")
def stream(handle: str, form: str) -> Response:
    found = open_stream(handle) or abort(404)
    return _answer(stream_feed(found, form), Mark((found.id,), found.feed_changed_at))


@feeds.get(f"/follow/<choice>.<{FORMS}:form>")
def choice(choice: str, form: str) -> Response:
    streams = chosen_streams(choice) or abort(404)
    feed = choice_feed(streams, form)
    return _answer(feed, Mark(tuple(sorted(one.id for one in streams)), feed.changed_at))


@feeds.get(f"/everything.<{FORMS}:form>")
def everything(form: str) -> Response:
    changed = last_change() or utcnow()
    return _answer(everything_feed(public_streams(), form, changed), Mark(None, changed))


@feeds.get("/follow/<choice>.opml")
def choice_opml(choice: str) -> Response:
    """The chosen streams as separate subscriptions, for feed readers to import."""
    streams = chosen_streams(choice) or abort(404)
    outlines = [(one.name, links.stream_feed(one.handle, "atom"), links.stream(one.handle)) for one in streams]
    content = opml.render(", ".join(one.name for one in streams), links.home(), outlines)
    return _bytes(content, MEDIA_TYPES["opml"])


@feeds.get("/everything.opml")
def everything_opml() -> Response:
    outlines = [(one.name, links.stream_feed(one.handle, "atom"), links.stream(one.handle)) for one in public_streams()]
    return _bytes(opml.render("Everything", links.home(), outlines), MEDIA_TYPES["opml"])


@feeds.get("/team/<token>.ics")
def team(token: str) -> Response:
    """A member's private calendar of the whole plan; secret address, never kept by anyone in between."""
    feed = team_calendar(token, streams=request.args.get("streams"), states=request.args.get("states"))
    response = _answer(feed, None)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _answer(feed: Feed, mark: Mark | None) -> Response:
    fresh = is_fresh(feed.etag, feed.changed_at, request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since"))
    response = Response(b"" if fresh else feed.content, status=304 if fresh else 200)
    response.headers["ETag"] = feed.etag
    response.headers["Last-Modified"] = http_date(feed.changed_at)
    response.headers["Cache-Control"] = SHARED
    response.headers["Access-Control-Allow-Origin"] = "*"
    if not fresh:
        response.headers["Content-Type"] = feed.media_type
        if mark:
            request.environ[MARK] = mark
    else:
        del response.headers["Content-Type"]
    return response


def _bytes(content: bytes, media_type: str) -> Response:
    mark = etag(content)
    if is_fresh(mark, utcnow(), request.headers.get("If-None-Match"), None):
        return Response(status=304, headers={"ETag": mark, "Cache-Control": SHARED})
    return Response(content, headers={"ETag": mark, "Cache-Control": SHARED, "Content-Type": media_type})
