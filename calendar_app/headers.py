"""What every answer tells the browser not to do, and the check that a form was sent from our own pages."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import abort, current_app, g, request

if TYPE_CHECKING:
    from flask import Flask, Response

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'self'; script-src 'self'{nonce}; style-src 'self'{nonce}; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
# same-origin, not no-referrer: with that, browsers send `Origin: null` with our own forms.
REFERRERS = "same-origin"
NOT_USED = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "usb")
TWO_YEARS = "max-age=63072000; includeSubDomains"


def register(app: Flask) -> None:
    """Give templates `csp_nonce()`, refuse what other sites send and addresses that cannot be, set the headers."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.before_request(_refuse_other_sites)
    app.before_request(_refuse_nul)
    app.after_request(_set_headers)


def csp_nonce() -> str:
    """The nonce of this answer: 128 random bits, the same all over a page, announced only where used."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def from_our_pages() -> bool:
    """What the browser itself says about where a request began; the form's token is checked besides.

    A request with neither header comes from a program or an old browser: the token alone decides.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or origin in {current_app.config["SETTINGS"].base_url, request.host_url.rstrip("/")}


def _refuse_other_sites() -> None:
    g.pop("csp_nonce", None)
    if request.method not in SAFE_METHODS and not request.path.startswith("/api/") and not from_our_pages():
        abort(403, "This was sent from another site.")


def _refuse_nul() -> None:
    """No address of ours holds one, and PostgreSQL takes none in a question. The API tells the field itself."""
    in_query = b"%00" in request.query_string and not request.path.startswith("/api/")
    if "\0" in request.path or in_query:
        abort(404)


def _set_headers(response: Response) -> Response:
    nonce = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce))
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Referrer-Policy", REFERRERS)
    response.headers["Permissions-Policy"] = ", ".join(f"{feature}=()" for feature in NOT_USED)
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if current_app.config["SETTINGS"].base_url.startswith("https://"):
        response.headers["Strict-Transport-Security"] = TWO_YEARS
    return response
