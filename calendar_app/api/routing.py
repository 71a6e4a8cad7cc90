"""The door of the API: who asks, how often they may, and what becomes of each call of the table."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, request
from flask_limiter.util import get_remote_address
from redis import RedisError

from calendar_app import links
from calendar_app.api import (  # noqa: F401
    accounts,
    calendar,
    comments,
    deliveries,
    docs,
    gaps,
    many,
    me,
    media,
    pool,
    posts,
    queue,
    revisions,
    saved_views,
    series,
    sharing,
    snippets,
    steps,
    streams,
    templates,
    warnings,
)
from calendar_app.api.calling import CALLS, PREFIX
from calendar_app.api.problems import problem
from calendar_app.api.reading import body_as, form_as, query_as
from calendar_app.api.replaying import HEADER, Prepared, StillBusy, once
from calendar_app.errors import NotAllowed, Refused, Stale
from calendar_app.extensions import csrf, db, limiter
from calendar_app.people.api_tokens import actor_from
from calendar_app.people.signing_in import act_as
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask_limiter import RequestLimit

    from calendar_app.api.calling import Call
    from calendar_app.people.roles import Actor

READING = frozenset({"GET", "HEAD"})
# For callers whose token opens nothing, per network address.
STRANGERS_RATE = "120/minute"

v1 = Blueprint("api", __name__, url_prefix=PREFIX)


def register(app: Flask) -> None:
    """Open the API, its document and its pages."""
    app.register_blueprint(v1)
    app.register_blueprint(docs.pages)


@v1.before_request
def _let_in() -> Response | None:
    token = _bearer_token()
    actor = actor_from(token) if token else None
    if actor is None:
        _count_stranger()
        return _no_token(token)
    g.api_actor = actor
    act_as(actor)
    _count_use()
    if actor.scope == "read" and request.method not in READING:
        raise NotAllowed("This token may only read. Make one with the scope “write”.")
    return None


@v1.after_request
def _finish(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    if limit := limiter.current_limit:
        # The extension would put Retry-After on good answers too, which makes some clients wait.
        limiter.context.view_rate_limit = None
        # Redis may go away between the counting and this question.
        with suppress(RedisError):
            _tell_limit(response, limit)
    return response


@v1.errorhandler(Refused)
def _refused(error: Refused) -> Response:
    db.session.rollback()
    sentences = list(error.errors.values())
    told = sentences[0] if len(sentences) == 1 else f"{len(sentences)} fields cannot be taken as they are."
    return problem(422, told, errors=error.errors)


@v1.errorhandler(Stale)
def _stale(error: Stale) -> Response:
    db.session.rollback()
    return problem(409, str(error), version=error.current)


@v1.errorhandler(StillBusy)
def _still_busy(error: StillBusy) -> Response:
    db.session.rollback()
    return problem(409, str(error), headers={"Retry-After": "1"})


def _view(row: Call) -> Callable[..., Response]:
    def view(**names: Any) -> Response:
        if row.query:
            names["query"] = query_as(row.query)
        if row.body:
            names["body"] = body_as(row.body, optional=row.body_optional)
        if row.form:
            names["body"] = form_as(row.form)
        prepared = _carried_out(row, g.api_actor, names)
        for act in prepared.then:
            act()
        return prepared.response()

    return view


def _carried_out(row: Call, actor: Actor, names: dict[str, Any]) -> Prepared:
    """Do it, commit once. With an Idempotency-Key the answer is kept in the same transaction."""

    def work() -> Prepared:
        answer = row.carry_out(actor, **names)
        text = answer.content.model_dump_json(by_alias=True) if answer.content is not None else ""
        return Prepared(row.status, text, answer.location, answer.then)

    if row.method == "POST" and actor.token_id and HEADER in request.headers:
        return once(actor.token_id, work)
    prepared = work()
    if row.method != "GET":
        db.session.commit()
    return prepared


def _bearer_token() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _no_token(token: str) -> Response:
    if not token:
        sentence = "Send a token: Authorization: Bearer slc_…. Members make one under Settings."
        return problem(401, sentence, headers={"WWW-Authenticate": 'Bearer realm="Sluice"'})
    sentence = "This token is not known, has expired or was revoked. Make a new one under Settings."
    return problem(
        401, sentence, headers={"WWW-Authenticate": 'Bearer realm="Sluice", error="invalid_token"'}
    )


@limiter.shared_limit(
    lambda: links.settings().api_rate, scope="api", key_func=lambda: f"token {g.api_actor.token_id}"
)
def _count_use() -> None:
    """One more request of this token; ends with 429 beyond SLUICE_API_RATE."""


@limiter.shared_limit(STRANGERS_RATE, scope="api strangers", key_func=get_remote_address)
def _count_stranger() -> None:
    """One more request without a token that opens anything."""


def _tell_limit(response: Response, limit: RequestLimit) -> None:
    response.headers["X-RateLimit-Limit"] = str(limit.limit.amount)
    response.headers["X-RateLimit-Remaining"] = str(max(limit.remaining, 0))
    response.headers["X-RateLimit-Reset"] = str(limit.reset_at)
    if response.status_code == 429:
        response.headers["Retry-After"] = str(_seconds_until(limit.reset_at))


def _seconds_until(epoch: int) -> int:
    return max(1, epoch - int(utcnow().timestamp()))


csrf.exempt(v1)
for _row in CALLS:
    v1.add_url_rule(_row.rule, _row.name, _view(_row), methods=[_row.method], provide_automatic_options=False)
