"""The baseline: our own web server with an application that knows one answer by heart, and its 304.

Run as `python -m benchmarks.plain_copy PORT FILE`; FILE begins with the headers of both answers as a line of JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from calendar_app.serving import Server

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

FROM_SERVER = {"server", "date", "connection"}


def write_copy(file: Path, headers: dict[str, str], headers_304: dict[str, str], body: bytes) -> None:
    """The headers as they came over the wire."""
    own = [[row for row in said.items() if row[0] not in FROM_SERVER] for said in (headers, headers_304)]
    file.write_bytes(json.dumps(own).encode() + b"\n" + body)


class Copy:
    """An application as our server wants one: it also keeps a shelf for what the server has to say."""

    def __init__(self, answer: WSGIApplication) -> None:
        self.answer = answer
        self.extensions: dict[str, object] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.answer(environ, start_response)


def copy_of(file: Path) -> Copy:
    first, _, body = file.read_bytes().partition(b"\n")
    headers, headers_304 = ([(name, value) for name, value in said] for said in json.loads(first))
    etag = dict(headers)["etag"]

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("HTTP_IF_NONE_MATCH") == etag:
            start_response("304 NOT MODIFIED", list(headers_304))
            return []
        start_response("200 OK", list(headers))
        return [body]

    return Copy(app)


class CopyServer(Server):
    """Processes, threads and all else as `sluice web` has them."""

    def __init__(self, port: int, file: Path) -> None:
        self.file = file
        super().__init__("127.0.0.1", port)

    def load(self) -> Copy:  # type: ignore[override]
        return copy_of(self.file)


if __name__ == "__main__":
    port, file = int(sys.argv[1]), Path(sys.argv[2])
    sys.argv[1:] = []
    CopyServer(port, file).run()
