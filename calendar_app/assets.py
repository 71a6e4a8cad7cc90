"""Addresses of static files that carry a hash of their content, so that browsers may keep them for a year."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app, g, request

if TYPE_CHECKING:
    from flask import Flask, Response

_YEAR = "public, max-age=31536000, immutable"
# A file asked for without its hash (a module that another one imports) is checked at each visit: 304 mostly.
_CHECKED = "no-cache"

_hashes: dict[tuple[Path, int], str] = {}


def register(app: Flask) -> None:
    """Give templates `asset("css/base.css")` and static files their Cache-Control."""
    app.jinja_env.globals["asset"] = asset
    app.after_request(_let_browsers_keep)


def asset(name: str) -> str:
    """The address of a file under static/, with the hash of what it holds. Raises FileNotFoundError."""
    known: dict[str, str] = g.setdefault("assets", {})
    if name not in known:
        # Not url_for: where a request came to a host that is not ours, its page of refusal has no map of addresses.
        known[name] = f"{current_app.static_url_path}/{name}?v={content_hash(_folder() / name)}"
    return known[name]


def content_hash(path: Path) -> str:
    """Twelve hexadecimal digits of SHA-256; read once per state of the file."""
    known = (path, path.stat().st_mtime_ns)
    if known not in _hashes:
        _hashes[known] = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return _hashes[known]


def _folder() -> Path:
    return Path(current_app.static_folder or "static")


def _let_browsers_keep(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code in {200, 206, 304}:
        response.headers["Cache-Control"] = _YEAR if _asked_by_hash() else _CHECKED
        # A page has sixty files: the ETag says what the time would, and the address what the file is called.
        response.headers.remove("Last-Modified")
        response.headers.remove("Content-Disposition")
    return response


def _asked_by_hash() -> bool:
    """A hash of yesterday must not pin today's bytes for a year."""
    name = (request.view_args or {}).get("filename", "")
    return request.args.get("v") == content_hash(_folder() / name)
