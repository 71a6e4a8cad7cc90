"""What stands in front of the application asks it as a browser would, and reads the whole answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment

CONDITIONS = {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"}
# What a 304 says again (RFC 9110, 15.4.5), and who may read it.
IN_304 = {"etag", "last-modified", "cache-control", "vary", "access-control-allow-origin"}


class Within(NamedTuple):
    """An answer. `environ` is that of the question, where a view may have left its marks."""

    status: str
    headers: list[tuple[str, str]]
    content: bytes
    environ: WSGIEnvironment

    def header(self, name: str) -> str | None:
        """The first header of this name (in small letters)."""
        return next((value for known, value in self.headers if known.lower() == name), None)

    def headers_304(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self.headers if name.lower() in IN_304]


def ask(app: WSGIApplication, environ: WSGIEnvironment) -> Within:
    """Asked for a plain GET, whatever this reader's program has."""
    plain = {name: value for name, value in environ.items() if name not in CONDITIONS}
    plain["REQUEST_METHOD"] = "GET"
    said: list[Any] = []
    written: list[bytes] = []

    def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
        said[:] = [status, headers]
        return written.append

    body = app(plain, start)
    try:
        content = b"".join([*written, *body])
    finally:
        if hasattr(body, "close"):
            body.close()
    return Within(said[0], said[1], content, plain)
