"""Static files kept in memory, in front of the application: a first visit asks for sixty of them.

What the answer to each is says the application, once for each state of the file; what is not a plain question for a
file that is there is passed on to it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from werkzeug.http import parse_accept_header, parse_etags
from werkzeug.sansio.utils import host_is_trusted

from calendar_app.asking_within import ask
from calendar_app.assets import MARK, files_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from flask import Flask

ADDRESS = re.compile(r"/static/([0-9a-f]{12})/(.+)")


class Answer(NamedTuple):
    """What goes out with a 200 for a file in the state that `hash` names."""

    hash: str
    content: bytes
    headers: list[tuple[str, str]]
    headers_304: list[tuple[str, str]]
    etag: str


class FileShelf:
    """WSGI middleware around the application; several threads may use it at once.

    Keeps at most four answers to each file that is there: packed or not, asked for by this release or otherwise.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app.wsgi_app
        self.folder = Path(app.static_folder or "static")
        self.above = f"{app.static_url_path}/"
        self.hosts: list[str] = app.config["TRUSTED_HOSTS"]
        self.kept: dict[tuple[str, bool, bool], Answer] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(self.above):
            return self.app(environ, start_response)
        if marked := ADDRESS.fullmatch(path):
            environ[MARK] = marked[1]
            path = environ["PATH_INFO"] = f"{self.above}{marked[2]}"
        files = files_in(self.folder)
        name = path.removeprefix(self.above)
        known = files.hashes.get(name)
        if known is None or not self._is_plain(environ):
            return self.app(environ, start_response)
        key = (name, _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")), environ.get(MARK) == files.release)
        kept = self.kept.get(key)
        if kept is None or kept.hash != known:
            made = ask(self.app, environ)
            etag = made.header("etag")
            if not made.status.startswith("200") or etag is None:
                start_response(made.status, made.headers)
                return [] if environ["REQUEST_METHOD"] == "HEAD" else [made.content]
            kept = self.kept[key] = Answer(known, made.content, made.headers, made.headers_304(), etag)
        return _send(kept, environ, start_response)

    def _is_plain(self, environ: WSGIEnvironment) -> bool:
        return (
            environ["REQUEST_METHOD"] in {"GET", "HEAD"}
            and "HTTP_RANGE" not in environ
            and not environ.get("QUERY_STRING")
            and host_is_trusted(environ.get("HTTP_HOST"), self.hosts)
        )


@lru_cache(maxsize=64)
def _takes_gzip(accepted: str) -> bool:
    return bool(parse_accept_header(accepted)["gzip"])


def _send(kept: Answer, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if parse_etags(environ.get("HTTP_IF_NONE_MATCH")).contains_weak(kept.etag.removeprefix("W/").strip('"')):
        start_response("304 NOT MODIFIED", list(kept.headers_304))
        return []
    start_response("200 OK", list(kept.headers))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [kept.content]
