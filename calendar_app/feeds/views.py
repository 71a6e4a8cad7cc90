"""The addresses that programs poll. No cookie, no negotiation, no paging; the same bytes until something changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request

from calendar_app import links
from calendar_app.extensions import db, limiter
from calendar_app.feeds import opml
from calendar_app.feeds.assembling import MEDIA_TYPES, choice_feed, everything_feed, stream_feed
from calendar_app.feeds.choosing import chosen_streams, handles_in, open_stream, public_streams
from calendar_app.feeds.entry import etag
from calendar_app.feeds.fresh import is_fresh
from calendar_app.feeds.shelf import MARK, OFFERED
from calendar_app.feeds.team_feed import team_calendar
from calendar_app.feeds.tongues import asked_language, chosen
from calendar_app.people.models import Site
from calendar_app.times import http_date

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendar_app.feeds.assembling import Feed
    from calendar_app.streams.models import Stream

feeds = Blueprint("feeds", __name__)
limiter.exempt(feeds)

FORMS = "any(ics, atom, rss, json)"
# Whoever keeps it asks before using it, as a 304 costs next to nothing; only while we are away may it be old.
SHARED = "public, max-age=0, stale-if-error=604800"
# A secret address must not end up in anybody's cache, index or referrer.
PRIVATE = {"Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@feeds.get(f"/streams/<handle>.<{FORMS}:form>")
def stream(handle: str, form: str) -> Response:
    found = open_stream(handle) or abort(404)
    return _public(stream_feed(found, form, asked=_asked()))


@feeds.get(f"/follow/<choice>.<{FORMS}:form>")
def choice(choice: str, form: str) -> Response:
    streams = chosen_streams(choice) or abort(404)
    some_missing = len(streams) < len(handles_in(choice))
    return _public(choice_feed(streams, form, some_missing=some_missing, asked=_asked()))


@feeds.get(f"/everything.<{FORMS}:form>")
def everything(form: str) -> Response:
    return _public(everything_feed(public_streams(), form, asked=_asked()))


@feeds.get("/follow/<choice>.opml")
def choice_opml(choice: str) -> Response:
    """The chosen streams as separate subscriptions, for feed readers to import."""
    return _list_of(chosen_streams(choice) or abort(404))


@feeds.get("/everything.opml")
def everything_opml() -> Response:
    return _list_of(public_streams())


@feeds.get("/team/<token>.ics")
def team(token: str) -> Response:
    """A member's private calendar of the whole plan, at a secret address."""
    wanted = {name: request.args.get(name) for name in ("streams", "states")}
    feed = team_calendar(token, **wanted, asked=_asked())
    return _answer(feed.content, feed.media_type, feed.etag, feed.changed_at)


@feeds.after_request
def keep_private(response: Response) -> Response:
    """Also the refusals: a 410 may otherwise be kept by whoever passes it on."""
    if request.endpoint == "feeds.team":
        response.headers.update(PRIVATE)
    return response


def _asked() -> str:
    return asked_language(request.query_string.decode("latin-1"))


def _public(feed: Feed) -> Response:
    request.environ[MARK] = feed.changed_at
    request.environ[OFFERED] = feed.offered
    response = _answer(feed.content, feed.media_type, feed.etag, feed.changed_at)
    # As the feed itself says, for programs that look no further than headers (WebSub, 4).
    hub = [f'<{feed.hub}>; rel="hub"'] if feed.hub else []
    response.headers["Link"] = ", ".join([*hub, f'<{feed.address}>; rel="self"'])
    return _shared(response)


def _list_of(streams: Sequence[Stream]) -> Response:
    names = ", ".join(one.name for one in streams)
    language = chosen(streams, _asked())
    said = f"?lang={language}" if language else ""
    outlines = [
        (one.name, links.stream_feed(one.handle, "atom") + said, links.stream(one.handle) + said)
        for one in streams
    ]
    content = opml.render(f"{_site_name()}: {names}" if names else _site_name(), links.home(), outlines)
    return _shared(_answer(content, MEDIA_TYPES["opml"], etag(content), None))


def _site_name() -> str:
    return db.session.get_one(Site, 1).name


def _answer(content: bytes, media_type: str, tag: str, changed: datetime | None) -> Response:
    none_match, since = request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")
    if is_fresh(tag, changed, none_match, since):
        response = Response(status=304)
        del response.headers["Content-Type"]
    else:
        response = Response(content, content_type=media_type)
    response.headers["ETag"] = tag
    if changed:
        response.headers["Last-Modified"] = http_date(changed)
    return response


def _shared(response: Response) -> Response:
    response.headers["Cache-Control"] = SHARED
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
