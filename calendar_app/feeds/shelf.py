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

from calendar_app.feeds.choosing import HANDLE, handles_in
from calendar_app.feeds.fresh import is_fresh
from calendar_app.feeds.tongues import asked_language

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from calendar_app.feeds.question import Question

    Versions = tuple[Any, ...]
    Key = tuple[str, str, tuple[Any, ...], bool, str]

MOST_BYTES = 64 * 1024 * 1024
MOST_FEEDS = 2000
MOST_ADDRESSES, LONGEST_ADDRESS = 5000, 500
# A feed view leaves its Last-Modified here, so that its answer may be kept.
MARK = "sluice.feed"
# And here, that it was asked for a language which it does not have: anybody can make up more of those than fit here.
PASSING = "sluice.feed.passing"
ADDRESS = re.compile(r"/(?:(streams|follow)/([^/]{1,4000})|(everything))\.(ics|atom|rss|json)")
CONDITIONS = {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"}
# What a 304 says again (RFC 9110, 15.4.5), and who may read it.
IN_304 = {"etag", "last-modified", "cache-control", "vary", "access-control-allow-origin"}

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
    """`versions` is None while the database is away, `key` where there is nothing to follow."""

    key: Key | None
    versions: Versions | None
    kept: Answer | None

    @property
    def must_be_made(self) -> bool:
        return self.kept is None and self.key is not None and self.versions is not None


class FeedShelf:
    """WSGI middleware around the application; several threads may use it at once."""

    def __init__(self, app: WSGIApplication, question: Question) -> None:
        self.app = app
        self.question = question
        self.kept: OrderedDict[Key, Answer] = OrderedDict()
        self.bytes = 0
        # Under which key an address was found last: all there is to go by while the database is away.
        self.keys: dict[str, Key] = {}
        self.lock = threading.Lock()
        # One of those who ask for the same feed at once makes it, the others wait for it.
        self.makers = [threading.Lock() for _ in range(32)]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        address = _read(path) if environ["REQUEST_METHOD"] in {"GET", "HEAD"} else None
        if address is None:
            return self.app(environ, start_response)
        if language := asked_language(environ.get("QUERY_STRING", "")):
            address, path = address._replace(language=language), f"{path}?{language}"
        look = self._look(address, path)
        if look.must_be_made:
            with self.makers[hash(look.key) % len(self.makers)]:
                # Perhaps somebody else has made it while we waited for our turn.
                look = self._look(address, path)
                if look.must_be_made:
                    return self._made(look, environ, start_response)
        if look.kept is None:
            return self.app(environ, start_response)
        return _send(look.kept, environ, start_response)

    def _look(self, address: Address, path: str) -> Look:
        """Where this feed belongs on the shelf, and what is there if it is still true."""
        try:
            versions = self.question.ask(address.handles)
        except Exception as error:
            log.warning("the database does not answer, readers get the last good feeds: %s", error)
            # A language that nobody has stands on no shelf: then what is told without it.
            known = [self.keys.get(name) for name in (path, path.partition("?")[0])]
            key = next((one for one in known if one in self.kept), known[0])
            return Look(key, None, self.kept.get(key) if key else None)
        streams = tuple(row[0] for row in versions[1:] if row[0] is not None)
        # A feed tells when a stream may have left it: names that lead nowhere count there.
        some_missing = address.handles is not None and len(streams) < len(address.handles)
        named = streams or address.handles is None
        key = (address.kind, address.form, streams, some_missing, address.language) if named else None
        self._note(path, key)
        kept = self.kept.get(key) if key else None
        return Look(key, versions, kept if kept and kept.versions == versions else None)

    def _made(self, look: Look, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """What the application answers. What changes while it does so shows at the next look."""
        old = self.kept.get(look.key) if look.key else None
        try:
            status, headers, content, changed, passing = _ask(self.app, environ)
        except Exception:
            if old is None:
                raise
            log.exception("a feed could not be made, readers get its last good bytes")
            return _send(old, environ, start_response)
        if look.key and look.versions and changed is not None and status.startswith("200"):
            made = _answer(look.versions, content, headers, changed)
            if not passing:
                self._keep(look.key, made)
            return _send(made, environ, start_response)
        if old is not None and status.startswith("5"):
            log.error("a feed could not be made (%s), readers get its last good bytes", status)
            return _send(old, environ, start_response)
        self._forget(look.key)
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [content]

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

    def _note(self, path: str, key: Key | None) -> None:
        """What an address means now. What nobody asks for leaves the shelf first, what it meant before at once."""
        old = self.keys.get(path)
        if old != key:
            self._forget(old)
            self.keys.pop(path, None)
            if len(self.keys) >= MOST_ADDRESSES:
                self.keys.clear()
            if key is not None and len(path) <= LONGEST_ADDRESS:
                self.keys[path] = key
        if key is not None and key in self.kept:
            with suppress(KeyError):
                self.kept.move_to_end(key)


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


def _ask(
    app: WSGIApplication, environ: WSGIEnvironment
) -> tuple[str, list[tuple[str, str]], bytes, datetime | None, bool]:
    """Status, headers and content for a plain GET, whatever this reader's program has; and the view's marks."""
    plain = {name: value for name, value in environ.items() if name not in CONDITIONS}
    plain["REQUEST_METHOD"] = "GET"
    said: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
        said[:] = [status, headers]
        return written.append

    written: list[bytes] = []
    body = app(plain, start)
    try:
        content = b"".join([*written, *body])
    finally:
        if hasattr(body, "close"):
            body.close()
    return said[0], said[1], content, plain.get(MARK), PASSING in plain


def _answer(versions: Versions, content: bytes, headers: list[tuple[str, str]], changed: datetime) -> Answer:
    again = [(name, value) for name, value in headers if name.lower() in IN_304]
    etag = next(value for name, value in headers if name.lower() == "etag")
    return Answer(versions, content, headers, again, etag, changed)


def _send(kept: Answer, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    none_match, since = environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE")
    if is_fresh(kept.etag, kept.changed, none_match, since):
        start_response("304 NOT MODIFIED", list(kept.headers_304))
        return []
    start_response("200 OK", list(kept.headers))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [kept.content]
