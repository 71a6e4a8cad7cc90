"""Finished feeds kept in memory, in front of the application: one cheap question, then the same bytes again.

A warm answer costs one indexed read instead of a page's worth of work, a 304 no bytes at all; and while the
database does not answer, the last good bytes go out: calendar programs switch a feed off that fails.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from calendar_app.asking_within import ask
from calendar_app.feeds.choosing import HANDLE, handles_in
from calendar_app.feeds.fresh import is_fresh
from calendar_app.feeds.tongues import asked_language
from calendar_app.posts.wording import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from calendar_app.asking_within import Within
    from calendar_app.feeds.question import Question

    Versions = tuple[Any, ...]
    Streams = tuple[Any, ...]
    Place = tuple[str, str, Streams, bool]
    Key = tuple[Place, str]

MOST_BYTES = 64 * 1024 * 1024
MOST_FEEDS = 2000
MOST_ADDRESSES, LONGEST_ADDRESS = 5000, 500
# A feed view leaves its Last-Modified here, so that its answer may be kept.
MARK = "sluice.feed"
# And here, where one was asked for, the languages that its streams offer. All that anybody can make up beside them
# means the feed without a language, which stands here once.
OFFERED = "sluice.feed.offered"
ADDRESS = re.compile(r"/(?:(streams|follow)/([^/]{1,4000})|(everything))\.(ics|atom|rss|json)")

log = logging.getLogger(__name__)


class Address(NamedTuple):
    """`kind`: streams, follow or everything (whose handles are None). `language`: the one that is asked for."""

    kind: str
    form: str
    handles: tuple[str, ...] | None
    language: str = ""


@dataclass(frozen=True)
class Answer:
    """What goes out with a 200, and what the question said when it was made."""

    versions: Versions
    content: bytes
    headers: list[tuple[str, str]]
    headers_304: list[tuple[str, str]]
    etag: str
    changed: datetime


class Look(NamedTuple):
    """`versions` is None while the database is away, `place` where there is nothing to follow.

    `language` is None where one is asked for and it is not known (any more) which there are.
    """

    place: Place | None
    language: str | None
    versions: Versions | None
    kept: Answer | None

    @property
    def must_be_made(self) -> bool:
        return self.kept is None and self.place is not None and self.versions is not None

    @property
    def key(self) -> Key | None:
        return None if self.place is None or self.language is None else (self.place, self.language)


class FeedShelf:
    """WSGI middleware around the application; several threads may use it at once."""

    def __init__(self, app: WSGIApplication, question: Question) -> None:
        self.app = app
        self.question = question
        self.kept: OrderedDict[Key, Answer] = OrderedDict()
        self.bytes = 0
        # Where an address was found last, and which languages these streams had: all there is to go by while the
        # database is away.
        self.places: dict[str, Place] = {}
        self.tongues: dict[Streams, tuple[Versions, tuple[str, ...]]] = {}
        self.lock = threading.Lock()
        # One of those who ask for the same feed at once makes it, the others wait for it.
        self.makers = [threading.Lock() for _ in range(32)]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        address = _read(path) if environ["REQUEST_METHOD"] in {"GET", "HEAD"} else None
        if address is None:
            return self.app(environ, start_response)
        address = address._replace(language=asked_language(environ.get("QUERY_STRING", "")))
        look = self._look(address, path)
        if look.must_be_made:
            with self.makers[hash(look.place) % len(self.makers)]:
                # Perhaps somebody else has made it while we waited for our turn.
                look = self._look(address, path)
                if look.must_be_made:
                    return self._made(look, address, environ, start_response)
        if look.kept is None:
            return self.app(environ, start_response)
        return _send(look.kept, environ, start_response)

    def _look(self, address: Address, path: str) -> Look:
        """Where this feed belongs on the shelf, and what is there if it is still true."""
        try:
            versions = self.question.ask(address.handles)
        except Exception as error:
            log.warning("the database does not answer, readers get the last good feeds: %s", error)
            return self._last_good(self.places.get(path), address.language)
        streams = tuple(row[0] for row in versions[1:] if row[0] is not None)
        # A feed tells when a stream may have left it: names that lead nowhere count there.
        some_missing = address.handles is not None and len(streams) < len(address.handles)
        named = streams or address.handles is None
        place = (address.kind, address.form, streams, some_missing) if named else None
        self._note(path, place)
        look = Look(place, self._language(address.language, streams, versions), versions, None)
        kept = self._kept(look.key)
        return look._replace(kept=kept if kept and kept.versions == versions else None)

    def _language(self, asked: str, streams: Streams, versions: Versions) -> str | None:
        """The one that these streams have and that is as good as what is asked for; empty where there is none."""
        if not asked:
            return ""
        known, offered = self.tongues.get(streams, (None, ()))
        return (nearest(offered, asked) or "") if known == versions else None

    def _last_good(self, place: Place | None, asked: str) -> Look:
        """A language that nobody has stands on no shelf: then what is told without it."""
        if place is None:
            return Look(None, "", None, None)
        _, offered = self.tongues.get(place[2], (None, ()))
        language = (nearest(offered, asked) or "") if asked else ""
        return Look(place, language, None, self.kept.get((place, language)) or self.kept.get((place, "")))

    def _made(
        self, look: Look, address: Address, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """What the application answers. What changes while it does so shows at the next look."""
        old = self.kept.get(look.key) if look.key else None
        try:
            made = ask(self.app, environ)
        except Exception:
            if old is None:
                raise
            log.exception("a feed could not be made, readers get its last good bytes")
            return _send(old, environ, start_response)
        changed, offered = made.environ.get(MARK), made.environ.get(OFFERED, ())
        if look.place and look.versions and changed is not None and made.status.startswith("200"):
            answer = _answer(look.versions, made, changed)
            if address.language:
                self._learn(look.place[2], look.versions, offered)
            self._keep((look.place, nearest(offered, address.language) or ""), answer)
            return _send(answer, environ, start_response)
        if old is not None and made.status.startswith("5"):
            log.error("a feed could not be made (%s), readers get its last good bytes", made.status)
            return _send(old, environ, start_response)
        self._forget(look.key)
        start_response(made.status, made.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [made.content]

    def _learn(self, streams: Streams, versions: Versions, offered: tuple[str, ...]) -> None:
        if streams not in self.tongues and len(self.tongues) >= MOST_FEEDS:
            self.tongues.clear()
        self.tongues[streams] = (versions, offered)

    def _kept(self, key: Key | None) -> Answer | None:
        """What nobody asks for leaves the shelf first."""
        if key is not None and key in self.kept:
            with suppress(KeyError):
                self.kept.move_to_end(key)
        return self.kept.get(key) if key else None

    def _keep(self, key: Key, made: Answer) -> None:
        self._forget(key)
        with self.lock:
            self.kept[key] = made
            self.bytes += len(made.content)
            while self.kept and (self.bytes > MOST_BYTES or len(self.kept) > MOST_FEEDS):
                _, gone = self.kept.popitem(last=False)
                self.bytes -= len(gone.content)

    def _forget(self, key: Key | None) -> None:
        with self.lock:
            gone = self.kept.pop(key, None) if key else None
            self.bytes -= len(gone.content) if gone else 0

    def _note(self, path: str, place: Place | None) -> None:
        """What an address means now. What it meant before leaves the shelf at once, in all languages."""
        old = self.places.get(path)
        if old == place:
            return
        if old is not None:
            with self.lock:
                gone = [key for key in self.kept if key[0] == old]
            for key in gone:
                self._forget(key)
            self.places.pop(path, None)
        if len(self.places) >= MOST_ADDRESSES:
            self.places.clear()
        if place is not None and len(path) <= LONGEST_ADDRESS:
            self.places[path] = place


def _read(path: str) -> Address | None:
    """The feed that a path means; None for anything else.

    Beyond ASCII the application reads a path otherwise than we do: what it then answers belongs to no shelf.
    """
    found = ADDRESS.fullmatch(path) if path.isascii() else None
    if found is None:
        return None
    kind, name, everything, form = found.groups()
    if everything:
        return Address(everything, form, None)
    if kind == "streams":
        return Address(kind, form, (name.lower(),)) if HANDLE.fullmatch(name.lower()) else None
    return Address(kind, form, handles_in(name))


def _answer(versions: Versions, made: Within, changed: datetime) -> Answer:
    etag = made.header("etag") or ""
    return Answer(versions, made.content, made.headers, made.headers_304(), etag, changed)


def _send(kept: Answer, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    none_match, since = environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE")
    if is_fresh(kept.etag, kept.changed, none_match, since):
        start_response("304 NOT MODIFIED", list(kept.headers_304))
        return []
    start_response("200 OK", list(kept.headers))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [kept.content]
