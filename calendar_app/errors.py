"""The few exceptions a door must know, and the page or problem+json each becomes."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING

from flask import current_app, jsonify, render_template, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import ObjectDeletedError
from werkzeug.exceptions import HTTPException, SecurityError

from calendar_app.extensions import db
from calendar_app.languages import say, say_later

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from flask.typing import ResponseReturnValue

log = logging.getLogger(__name__)


class Refused(Exception):
    """What the person asked for cannot be done as written: one clear sentence per field (422)."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {sentence}" for field, sentence in errors.items()))
        self.errors = dict(errors)


class Stale(Exception):
    """Somebody else saved in between (409). `current` is the version that stands now."""

    def __init__(self, current: int) -> None:
        super().__init__(
            say("Somebody saved this post after you opened it. Load it again and put your change on top.")
        )
        self.current = current


class NotAllowed(Exception):
    """The role does not allow it (403); the text is the sentence that the person reads."""


class Conflict(Exception):
    """The thing is not in a state in which this can be done (409); the text says which and what to do."""


SENTENCES = {
    400: say_later("We could not read what was sent."),
    401: say_later("Sign in to see this page."),
    403: say_later("Your role does not allow this. Ask an owner of your team."),
    404: say_later("There is no page at this address."),
    405: say_later("This address cannot be used in that way."),
    410: say_later("This address has been switched off."),
    413: say_later("That is too much for one go. Send less."),
    429: say_later("Too many tries in a short time. Wait a moment and try again."),
    503: say_later("The database is busy or away. Nothing was changed: try again in a moment."),
    500: say_later("Something went wrong on our side. It has been written down; nothing you saved is lost."),
}
# Between two looks of one request.
THROWN_AWAY = say_later("There is nothing here any more: somebody has just thrown it away.")


def register(app: Flask) -> None:
    """Give every error one place where it becomes an answer."""
    app.register_error_handler(Refused, lambda error: answer(422, _joined(error), errors=error.errors))
    app.register_error_handler(Stale, lambda error: answer(409, str(error)))
    app.register_error_handler(Conflict, lambda error: answer(409, str(error)))
    app.register_error_handler(NotAllowed, lambda error: answer(403, str(error)))
    app.register_error_handler(ObjectDeletedError, lambda _gone: answer(404, say(THROWN_AWAY)))
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def answer(
    status: int,
    sentence: str,
    *,
    errors: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """The error as problem+json under /api/, as JSON for our own scripts, else as a page.

    The database session is rolled back first.
    """
    db.session.rollback()
    if request.path.startswith("/api/"):
        from calendar_app.api.problems import problem

        return problem(status, sentence, errors=errors, headers=headers)
    if request.accept_mimetypes.best == "application/json":
        told = jsonify(ok=False, sentence=sentence, errors=dict(errors or {}))
        return told, status, dict(headers or {})
    page = render_template("errors/error.html", status=status, sentence=sentence, errors=errors or {})
    return page, status, dict(headers or {})


def _joined(error: Refused) -> str:
    return " ".join(error.errors.values())


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.get_response()
    status = error.code or 500
    if isinstance(error, SecurityError):
        address = current_app.config["SETTINGS"].base_url
        return answer(400, say("This site is reached at %(address)s (SLUICE_BASE_URL).", address=address))
    kept = {"Retry-After", "WWW-Authenticate", "Allow"}
    headers = {name: value for name, value in error.get_headers() if name in kept}
    sentence = say(SENTENCES[status]) if status in SENTENCES else error.name + "."
    return answer(status, sentence, headers=headers)


def _database_away(error: OperationalError) -> ResponseReturnValue:
    """Locked for too long, restarting, out of connections: of a moment, and nobody's mistake."""
    log.error("the database does not answer at %s: %s", request.path, error.orig)
    db.session.remove()
    return answer(503, say(SENTENCES[503]), headers={"Retry-After": "5"})


def _unexpected(error: Exception) -> ResponseReturnValue:
    number = secrets.token_hex(4)
    log.exception("unexpected error %s at %s", number, request.path, exc_info=error)
    to_name = say("If you write to us about it, name %(number)s.", number=number)
    return answer(500, f"{say(SENTENCES[500])} {to_name}")
