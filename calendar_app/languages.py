"""Which language a page speaks: the member's own, else what the reader's browser asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import has_request_context, request

if TYPE_CHECKING:
    from flask import Flask, Response

LANGUAGES = ("en", "nb", "sv")
# Browsers say "no" or "nn" for Norwegian; bokmål is what we have.
KIN = {"no": "nb", "nn": "nb"}
# Doors that never ask who is there: their answers are the same for all who speak a language.
FOR_READERS = {"public", "feeds", "health", "api", None}


def register(app: Flask) -> None:
    """Tell caches that pages differ by language."""

    @app.after_request
    def differs(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.vary.add("Accept-Language")
        return response


def choose_language() -> str:
    """One of LANGUAGES, for Flask-Babel. Without a request (commands, jobs) it is English."""
    if not has_request_context():
        return "en"
    if request.blueprint not in FOR_READERS:
        from calendar_app.people.signing_in import actor_or_none

        actor = actor_or_none()
        if actor is not None and actor.person.locale in LANGUAGES:
            return actor.person.locale
    asked = request.accept_languages.best_match([*LANGUAGES, *KIN])
    return KIN.get(asked or "", asked or "en")
