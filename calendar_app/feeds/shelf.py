"""Finished feeds kept in memory, in front of the application: one cheap question, then the same bytes again.

A warm answer costs one indexed read instead of a page's worth of work, a 304 no bytes at all; and while the
database does not answer, the last good bytes go out: calendar programs switch a feed off that fails.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calendar_app.feeds.fresh import is_fresh
from calendar_app.feeds.question import Question

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

MOST_BYTES = 64 * 1024 * 1024
MOST_FEEDS = 2000
MARK = "sluice.feed"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shelved:
    """A 200 as the application gave it. `versions` is the question's answer when it was made."""

    streams: tuple[int, ...] | None
    versions: tuple[Any, ...]
    content: bytes
    headers: list[tuple[str, str]]
    headers_304: list[tuple[str, str]]
    etag: str
    changed: datetime


@dataclass(frozen=True)
class Mark:
    """What a feed view leaves in the WSGI environment so that its answer may be kept.

    `streams` are ids, None for “everything”; `changed` is its Last-Modified.
    """

    streams: tuple[int, ...] | None
    changed: datetime


class FeedShelf:
    """WSGI middleware around the application."""

    def __init__(self, app: WSGIApplication, question: Question) -> None:
        self.app = app
        self.question = question
        self.kept: OrderedDict[str, Shelved] = OrderedDict()
        self.bytes = 0
        self.lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or not _feed_like(path):
            return self.app(environ, start_response)
        shelved = self.kept.get(path)
        if shelved is not None and self._still_true(shelved):
            return _answer(shelved, environ, start_response)
        return self._ask_app(path, environ, start_response)

    def _still_true(self, shelved: Shelved) -> bool:
        try:
            return bool(self.question.versions(shelved.streams) == shelved.versions)
        except Exception as error:
            log.warning("the database does not answer, readers get the last good feed: %s", error)
            return True

    def _ask_app(self, path: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # Asked before the application reads: if anything changes in between, the next question shows it.
        before = self._versions_before(path)
        caught: dict[str, Any] = {}

        def catch(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            caught["status"], caught["headers"] = status, headers
            return start_response(status, headers, *rest)

        body = self.app(environ, catch)
        mark = environ.get(MARK)
        if mark is None or not caught.get("status", "").startswith("200") or environ["REQUEST_METHOD"] != "GET":
            return body
        try:
            content = b"".join(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        self._put(path, mark, before, content, caught["headers"])
        return [content]

    def _versions_before(self, path: str) -> tuple[Any, ...] | None:
        try:
            return self.question.versions_by_path(path)
        except Exception:
            return None

    def _put(
        self, path: str, mark: Mark, before: tuple[Any, ...] | None, content: bytes, headers: list[tuple[str, str]]
    ) -> None:
        try:
            versions = self.question.versions(mark.streams)
        except Exception:
            return
        if before is None or versions != before:
            return
        found = {name.lower(): value for name, value in headers}
        short = [(name, value) for name, value in headers if name.lower() not in {"content-length", "content-type"}]
        shelved = Shelved(mark.streams, versions, content, list(headers), short, found.get("etag", ""), mark.changed)
        with self.lock:
            old = self.kept.pop(path, None)
            self.kept[path] = shelved
            self.bytes += len(content) - (len(old.content) if old else 0)
            while self.kept and (self.bytes > MOST_BYTES or len(self.kept) > MOST_FEEDS):
                _, gone = self.kept.popitem(last=False)
                self.bytes -= len(gone.content)


def _feed_like(path: str) -> bool:
    return path.endswith((".ics", ".atom", ".rss", ".json")) and path.startswith(("/streams/", "/follow/", "/everything."))


def _answer(shelved: Shelved, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    none_match, since = environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE")
    if (none_match or since) and is_fresh(shelved.etag, shelved.changed, none_match, since):
        start_response("304 NOT MODIFIED", list(shelved.headers_304))
        return []
    start_response("200 OK", list(shelved.headers))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [shelved.content]
