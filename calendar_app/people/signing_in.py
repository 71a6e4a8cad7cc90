"""Who asks: the person behind the session cookie of this request, and how they come and go."""

from __future__ import annotations

import re
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import (
    abort,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, generate_csrf

from calendar_app.errors import NotAllowed, answer
from calendar_app.extensions import db, start_writing, stop_writing
from calendar_app.people import audit, sessions
from calendar_app.people.models import Team
from calendar_app.people.noting import READING
from calendar_app.people.roles import Actor, actor_for
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Response
    from flask.typing import ResponseReturnValue

    from calendar_app.people.models import Person, Session

P = ParamSpec("P")
R = TypeVar("R")

HOME = "/calendar"
_OF_ONE_REQUEST = ("actor", "session_id", "session_cookie", "cookie_read")


def register(app: Flask) -> None:
    """Hooks of every request: the kind of transaction, the session cookie, no keeping of members' pages."""
    secure = not app.config["SETTINGS"].plain_loopback
    app.config.update(
        SESSION_COOKIE_NAME="__Host-sluice-form" if secure else "sluice-form",
        WTF_CSRF_TIME_LIMIT=None,
        # headers.py checks Sec-Fetch-Site and Origin, which say the same and are not stripped.
        WTF_CSRF_SSL_STRICT=False,
    )
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(lambda _error: stop_writing())
    app.register_error_handler(CSRFError, _form_too_old)


def actor_or_none() -> Actor | None:
    """Who is signed in in this browser, None for a reader. Sets no cookie."""
    if "actor" not in g:
        g.actor = _actor_of_cookie()
    found: Actor | None = g.actor
    return found


def current_actor() -> Actor:
    """Who is signed in. Nobody: ends the request with the way to sign in (a page) or 401 (a script)."""
    actor = actor_or_none()
    if actor is None:
        abort(make_response(_ask_to_sign_in()))
    return actor


def member_required(view: Callable[P, R]) -> Callable[P, R]:
    """For views that only people who are signed in may use."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        current_actor()
        return view(*args, **kwargs)

    return checked


def current_team() -> Team:
    """The team of this page: the one that `?team=<id>` names (404 for a stranger's), else the first."""
    actor = current_actor()
    if not actor.team_ids:
        raise NotAllowed(_("You are in no team at the moment. Ask an owner of a team to invite you."))
    asked = request.args.get("team")
    if asked is None:
        return db.session.get_one(Team, actor.team_ids[0])
    return team_named(asked) or abort(404)


def team_named(number: str) -> Team | None:
    """The team of this id as it was sent, if the asker is in it."""
    found = int(number) if re.fullmatch("[0-9]{1,10}", number) else 0
    return db.session.get_one(Team, found) if found in current_actor().roles else None


def current_session_id() -> int | None:
    """The id of the session row of this browser."""
    actor_or_none()
    found: int | None = g.get("session_id")
    return found


def act_as(actor: Actor) -> None:
    """For the API's door: whoever the key stands for is the actor of this request."""
    g.actor = actor


def enter(person: Person, *, by: str, subject: str | None = None) -> Actor:
    """Sign the person in in this browser, with a new session; what was open here ends. The caller commits."""
    now = utcnow()
    old = _session_before()
    if old is not None:
        sessions.end(old, now)
    if old is None or old.person_id != person.id:
        _forget_forms()
    g.session_cookie = sessions.start(person, user_agent=request.user_agent.string, now=now)
    g.actor = actor_for(person)
    g.session_id = _row_of(g.session_cookie)
    audit.record("signed in", subject or f"person {person.id}", actor=g.actor, after={"by": by})
    return actor_or_none() or g.actor


def leave() -> None:
    """Sign out in this browser. The caller commits."""
    old = _session_before()
    actor = actor_or_none()
    if old is not None and old.ended_at is None:
        sessions.end(old, utcnow())
        audit.record("signed out", f"person {old.person_id}", actor=actor)
    _forget_forms()
    g.session_cookie = ""
    g.actor = None


def renew(person: Person) -> None:
    """After a change of password: end all sessions and give this browser a new one. The caller commits."""
    ended = sessions.end_all(person, utcnow())
    audit.record("sessions ended", f"person {person.id}", actor=actor_or_none(), after={"ended": ended})
    enter(person, by="new password")


def local_path(text: str | None) -> str:
    """`text` if it is a path on this site, else the calendar: nobody is sent elsewhere after signing in."""
    if not text or len(text) > 2000 or not text.isprintable() or "\\" in text:
        return HOME
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or not text.startswith("/") or text.startswith("//"):
        return HOME
    return text


def wants_json() -> bool:
    """Whether a script asked (fetch with Accept: application/json)."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json" or request.is_json


def wants_page() -> bool:
    """Whether a browser goes to the address. What our service worker asks for a page has no destination of its own."""
    return (
        request.headers.get("Sec-Fetch-Dest") == "document"
        or request.headers.get("Sec-Fetch-Mode") == "navigate"
    )


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host and to https; browsers refuse that name on plain HTTP."""
    return "sluice" if current_app.config["SETTINGS"].plain_loopback else "__Host-sluice"


def _begin() -> None:
    """A context may outlive one request (tests, shells), so nothing of the one before is kept."""
    for name in _OF_ONE_REQUEST:
        g.pop(name, None)
    if request.method in READING:
        stop_writing()
    else:
        start_writing()


def _actor_of_cookie() -> Actor | None:
    g.cookie_read = True
    token = request.cookies.get(cookie_name(), "")
    if not 20 <= len(token) <= 100:
        return None
    now = utcnow()
    found = sessions.find(token, now)
    if found is None:
        return None
    g.session_id = found.id
    sessions.touch(found, now)
    return actor_for(found.person)


def _session_before() -> Session | None:
    token = request.cookies.get(cookie_name(), "")
    return sessions.find_ended(token) if token else None


def _row_of(token: str) -> int | None:
    row = sessions.find_ended(token)
    return row.id if row else None


def _forget_forms() -> None:
    """A new person, a new seed for the forms' tokens: an older one is worth nothing."""
    session.clear()
    g.pop("csrf_token", None)


def _ask_to_sign_in() -> ResponseReturnValue:
    sentence = _("You have been signed out. Sign in again: nothing on this page is lost.")
    if request.headers.get("HX-Request"):
        return render_template("people/sign_in_again.html", sentence=sentence), 401, {"HX-Reswap": "none"}
    if wants_json() or (request.headers.get("Sec-Fetch-Dest") == "empty" and not wants_page()):
        body = jsonify(error=sentence, sign_in=url_for("people.sign_in"), csrf=generate_csrf())
        return body, 401
    return redirect(url_for("people.sign_in", next=_way_back()), 303)


def _way_back() -> str:
    if request.method not in READING:
        return HOME
    return local_path(request.full_path.rstrip("?"))


def _form_too_old(_error: CSRFError) -> ResponseReturnValue:
    """The page is older than the last sign-in here; a script gets the token to try again with."""
    sentence = _(
        "This page was opened before you last signed in or out. Load it again, then send it once more."
    )
    if wants_json() or request.headers.get("HX-Request"):
        return jsonify(error=sentence, csrf=generate_csrf()), 400
    return answer(400, sentence)


def _finish(response: Response) -> Response:
    if g.get("cookie_read") or "session_cookie" in g:
        response.vary.add("Cookie")
    if g.get("actor") is not None or "session_cookie" in g:
        response.headers.setdefault("Cache-Control", "no-store")
    if response.status_code == 403 and g.get("actor") is not None:
        _record_refusal()
    if "session_cookie" in g:
        _set_cookie(response, g.session_cookie)
    return response


def _set_cookie(response: Response, token: str) -> None:
    options: dict[str, Any] = {
        "secure": not current_app.config["SETTINGS"].plain_loopback,
        "httponly": True,
        "samesite": "Lax",
        "path": "/",
    }
    if token:
        response.set_cookie(cookie_name(), token, max_age=int(sessions.ABSOLUTE.total_seconds()), **options)
    else:
        response.delete_cookie(cookie_name(), **options)


def _record_refusal() -> None:
    """In a transaction of its own: the one of the request was rolled back."""
    start_writing()
    db.session.rollback()
    try:
        audit.record("refused", f"{request.method} {request.path}", actor=g.actor)
        db.session.commit()
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        current_app.logger.exception("a refusal could not be recorded")
