"""Readers' pages: follow, one stream, one post. No cookie, no account, nothing that needs a script."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Blueprint, Response, abort, make_response, render_template, request

from calendar_app import links
from calendar_app.extensions import limiter
from calendar_app.feeds.buttons import buttons
from calendar_app.feeds.choosing import handles_in, open_stream, open_streams, public_streams
from calendar_app.feeds.entries import event_time, named_streams
from calendar_app.feeds.entry import event_line, web_address
from calendar_app.feeds.tongues import asked_language, offered
from calendar_app.languages import in_words
from calendar_app.media.showing import shown_in
from calendar_app.posts.pausing import pause_told, pauses_told
from calendar_app.posts.reading import beats, beginning, coming, heading, lately, open_post
from calendar_app.posts.text import excerpt, to_html
from calendar_app.posts.wording import all_words, for_reader, in_language, nearest
from calendar_app.times import rfc3339, to_wall, utcnow

if TYPE_CHECKING:
    from datetime import datetime

    from calendar_app.streams.models import Stream

public = Blueprint("public", __name__)
limiter.exempt(public)

# Between two looks a page may be a minute old; feeds are the way to hear at once.
SHARED = "public, max-age=60"
EACH, ON_STREAM_PAGE, AHEAD = 2, 30, 6
MOST_CURVES = 12


@public.get("/")
def follow() -> Response:
    """Tick streams, get one address. Without a script the form asks this page again: /?s=roads&s=schools"""
    now, wanted = utcnow(), handles_in("+".join(request.args.getlist("s")))
    streams = list(public_streams())
    # Whoever knows an unlisted stream may take it together with others.
    streams += [one for one in open_streams(wanted) if one not in streams]
    chosen = [one for one in streams if one.handle in wanted]
    beat = beats(streams, now)
    stem = f"/follow/{'+'.join(sorted(one.handle for one in chosen))}"
    # Readers choose among the languages of all streams: what they tick next may have theirs.
    languages = offered(streams)
    language = _asked_of(languages)
    to = buttons(stem, ", ".join(one.name for one in chosen), language) if chosen else None
    return _page(
        "public/follow.html", streams=streams, chosen={one.handle for one in chosen}, now=now,
        latest=lately(streams, each=EACH), ahead=coming(streams, now, most=AHEAD, language=language),
        beats=beat, languages=languages, language=language, pauses=pauses_told(streams, now),
        weekly=round(sum(beat[one.id].promised or 0 for one in chosen)),
        to=to, everything=buttons("/everything", "Everything", language),
        curves=curves(len(streams)) if len(streams) <= MOST_CURVES else [], home=links.home(),
        zones=sorted({one.timezone for one in streams}),
    )  # fmt: skip


@public.get("/streams/<handle>")
def stream(handle: str) -> Response:
    found = open_stream(handle) or abort(404)
    now, languages = utcnow(), offered([found])
    language = _asked_of(languages)
    answer = _page(
        "public/stream.html", stream=found, languages=languages, language=language,
        posts=lately([found], each=ON_STREAM_PAGE)[found.id], beginning=beginning,
        ahead=coming([found], now, most=AHEAD, language=language), beat=beats([found], now)[found.id], now=now,
        to=buttons(f"/streams/{found.handle}", found.name, language), choice=links.absolute(f"/?s={found.handle}"),
        address=links.stream(found.handle), pause=pause_told(found, now),
    )  # fmt: skip
    return _unlisted(answer, [found])


@public.get("/posts/<uuid:number>")
def post(number: UUID) -> Response:
    """A published post; one that was withdrawn says so (410) and no more."""
    found = open_post(str(number)) or abort(404)
    if found.state == "withdrawn":
        return make_response(render_template("public/withdrawn.html"), 410)
    event, asked = event_time(found), request.args.get("lang", "")
    words = for_reader(found, asked, (tag for tag, quality in request.accept_languages if quality > 0))
    address = links.post(found.uuid)
    answer = _page(
        "public/post.html", post=found, words=words, others=all_words(found), html=to_html(words.text),
        streams=named_streams(found), plain_address=address,
        address=f"{address}?lang={words.language}" if words.language == asked else address,
        summary=excerpt(words.text, 200), event=event_line(event) if event else "",
        zone=found.home.timezone, link=_safe(found.link), pictures=shown_in(found, words),
        home=links.home().rstrip("/"),
    )  # fmt: skip
    answer.headers["Content-Language"] = words.language
    return _unlisted(answer, found.streams)


def _asked_of(languages: list[str]) -> str:
    """The one of these that the address asks for, or that is as good."""
    asked = asked_language(request.query_string.decode("latin-1"))
    return (nearest(languages, asked) or "") if asked else ""


def curves(count: int) -> list[dict[str, str]]:
    """For each stream the path of its current to where all meet: `tall` beside the list, `wide` below it.

    Units are those of the drawings' viewBoxes: 144 × 92 a stream, and 60 a stream × 80. Where they meet is
    beside the panel with the address, also when that is taller or shorter than the list.
    """
    middle, cross = min(max(46 * count, 140), 330), 30 * count
    found = []
    for number in range(count):
        y, end = 46 + 92 * number, middle - 2 * count + 4 * number
        x, out = 30 + 60 * number, cross - 2 * count + 4 * number
        found.append(
            {"tall": f"M0 {y}C78 {y} 60 {end} 144 {end}", "wide": f"M{x} 0C{x} 48 {out} 28 {out} 80"}
        )
    return found


def _page(template: str, **values: Any) -> Response:
    page = render_template(
        template,
        day=_day,
        moment=_moment,
        stamp=_stamp,
        local=to_wall,
        heading=heading,
        told=in_language,
        **values,
    )
    return _packed(make_response(page, {"Cache-Control": SHARED}))


def _packed(response: Response) -> Response:
    """Smaller on its way. These pages hold no secret whose length could be guessed from theirs."""
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(response.get_data(), mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _unlisted(answer: Response, streams: list[Stream]) -> Response:
    """Who does not list a stream does not want it found either."""
    if not any(one.visibility == "public" for one in streams):
        answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _safe(address: str) -> str:
    """The address if it leads to the web, else nothing, whatever way it got into the database."""
    try:
        return web_address(address) if address else ""
    except ValueError:
        return ""


def _stamp(instant: datetime) -> str:
    return rfc3339(instant.replace(microsecond=0))


def _day(instant: datetime, zone: str, pattern: str = "d MMM") -> str:
    return in_words(to_wall(instant, zone).date(), pattern)


def _moment(instant: datetime, zone: str) -> str:
    return in_words(to_wall(instant, zone), "EEEE d MMMM y, HH:mm")
