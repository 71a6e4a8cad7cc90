"""What browsers ask for to install Sluice and to open it without a connection."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from flask import Blueprint, Response, current_app, jsonify, render_template
from flask_babel import gettext as _

from calendar_app.assets import asset, files_in
from calendar_app.frame import site_name
from calendar_app.languages import spoken
from calendar_app.people.sessions import IDLE

web_app = Blueprint("web_app", __name__)

# What the pages are made of: kept by the browser, so that the composer opens on a train.
KEPT = ("css/*.css", "js/*.js", "vendor/*.js", "icons.svg", "favicon.svg")


@web_app.get("/manifest.webmanifest")
def manifest() -> Response:
    """How the installed app is called and where it opens (W3C Web Application Manifest)."""
    answer = jsonify(
        id="/calendar",
        name=_("Sluice: %(site)s", site=site_name()),
        short_name="Sluice",
        lang=spoken(),
        start_url="/calendar",
        scope="/",
        display="standalone",
        background_color="#f4fafa",
        theme_color="#f4fafa",
        icons=[*map(_icon, (192, 512)), {**_icon(512, "maskable-"), "purpose": "maskable"}],
        shortcuts=[
            {"name": _("Write a post"), "url": "/posts/new"},
            {"name": _("Calendar"), "url": "/calendar"},
        ],
    )
    answer.mimetype = "application/manifest+json"
    return answer


@web_app.get("/sw.js")
def worker() -> Response:
    """The service worker, with the list of what it keeps. It lies at the top, since it speaks for all pages below."""
    files, release = _kept()
    script = render_template("web_app/sw.js", files=files, release=release, longest=int(IDLE.total_seconds()))
    return Response(script, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@web_app.get("/offline")
def offline() -> str:
    """Kept by the service worker for whatever cannot be reached; the same for everybody."""
    return render_template("web_app/offline.html")


def _icon(size: int, kind: str = "") -> dict[str, str]:
    return {"src": asset(f"icons/{kind}{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}


def _kept() -> tuple[list[str], str]:
    """Names below static/, and the release that they are of."""
    files = files_in(Path(current_app.static_folder or "static"))
    names = [name for name in files.hashes if any(map(PurePosixPath(name).match, KEPT))]
    return names, files.release
