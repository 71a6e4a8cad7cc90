"""Addresses of static files that carry a hash of all of them, so that browsers may keep them for a year.

The hash stands in the path, not behind the name: a module that another one imports (`./words.js`) is then asked for
by it as well, and the second page of a visit asks for no file at all (docs/decisions/0016).
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app, request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask, Response

# Where `file_shelf.py` leaves the hash by which a file was asked for.
MARK = "sluice.release"
_YEAR = "public, max-age=31536000, immutable"
# A file asked for without its hash, or by that of another release, is checked at each visit: 304 mostly.
_CHECKED = "no-cache"
# Somebody who works on Sluice changes files under it: whether one has changed is looked up so often at most.
LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class Files:
    """All static files in one state: `release` is the hash of all, `hashes` that of each, by its name."""

    release: str
    hashes: Mapping[str, str]


_hashes: dict[tuple[Path, int], str] = {}
_known: dict[Path, tuple[float, Files]] = {}


def register(app: Flask) -> None:
    """Give templates `asset("css/base.css")` and static files their Cache-Control."""
    app.jinja_env.globals["asset"] = asset
    app.after_request(_let_browsers_keep)


def asset(name: str) -> str:
    """The address of a file under static/, with the release's hash. Raises FileNotFoundError."""
    files = files_in(_folder())
    if name not in files.hashes:
        raise FileNotFoundError(f"There is no static/{name}.")
    # Not url_for: where a request came to a host that is not ours, its page of refusal has no map of addresses.
    return f"{current_app.static_url_path}/{files.release}/{name}"


def files_in(folder: Path) -> Files:
    """The files of this folder as they are, or were LOOK_SECONDS ago."""
    looked_at, files = _known.get(folder, (float("-inf"), Files("", {})))
    now = time.monotonic()
    if now - looked_at >= LOOK_SECONDS:
        hashes = {
            path.relative_to(folder).as_posix(): content_hash(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        if hashes != files.hashes:
            lines = "".join(f"{name} {found}\n" for name, found in hashes.items())
            files = Files(_digits(lines.encode()), hashes)
        _known[folder] = now, files
    return files


def content_hash(path: Path) -> str:
    """Twelve hexadecimal digits of SHA-256; read once per state of the file."""
    known = (path, path.stat().st_mtime_ns)
    if known not in _hashes:
        _hashes[known] = _digits(path.read_bytes())
    return _hashes[known]


def _digits(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _folder() -> Path:
    return Path(current_app.static_folder or "static")


def _let_browsers_keep(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code in {200, 206, 304}:
        response.headers["Cache-Control"] = _YEAR if _asked_by_release() else _CHECKED
        # A page has sixty files: the ETag says what the time would, and the address what the file is called.
        response.headers.remove("Last-Modified")
        response.headers.remove("Content-Disposition")
    return response


def _asked_by_release() -> bool:
    """The hash of yesterday must not pin today's bytes for a year, nor bytes that have changed this moment."""
    name = (request.view_args or {}).get("filename", "")
    files = files_in(_folder())
    return request.environ.get(MARK) == files.release and files.hashes.get(name) == content_hash(
        _folder() / name
    )
