"""/healthz (this process), /readyz (all it leans on), /metrics (numbers for Prometheus)."""

from __future__ import annotations

import hmac
import ipaddress
from typing import TYPE_CHECKING, Any

import redis
from flask import Blueprint, Response, abort, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from calendar_app import tokens
from calendar_app.extensions import database_now, db, limiter
from calendar_app.health import measuring, questions
from calendar_app.posts.publishing import on_hold

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

health = Blueprint("health", __name__)
limiter.exempt(health)


@health.get("/healthz")
def alive() -> ResponseReturnValue:
    """This process answers. Asks nothing of anyone else, so that a slow database does not get it restarted."""
    return Response("ok\n", mimetype="text/plain")


@health.get("/readyz")
def ready() -> ResponseReturnValue:
    """Database, queue, clock and the oldest overdue work; 503 when the database or the clock is missing."""
    found = {
        "database": _try(_database),
        "queue": _try(_queue),
        "clock": _try(_clock),
        "overdue": _try(_overdue),
    }
    # Without Redis the clock does the work itself, so that alone is no reason to be taken out of service.
    well = all(found[name]["ok"] for name in ("database", "clock"))
    return jsonify({"ready": well, "checks": found}), 200 if well else 503


@health.get("/metrics")
def metrics() -> ResponseReturnValue:
    """For loopback, or whoever shows the token made from the secret key (`sluice doctor` prints it)."""
    if not _may_measure():
        abort(404)
    return Response(generate_latest(measuring.Everything()), mimetype=CONTENT_TYPE_LATEST)


def metrics_token() -> str:
    """A key for /metrics, derived from the secret key: nothing to configure, changes with it."""
    key = current_app.config["SECRET_KEY"]
    return hmac.new(key.encode(), b"sluice metrics", "sha256").hexdigest()[:40]


def _may_measure() -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if given and tokens.same(given, metrics_token()):
        return True
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded"))
    try:
        return not forwarded and ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _try(look: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return look()
    except (SQLAlchemyError, redis.RedisError) as error:
        db.session.rollback()
        return {"ok": False, "says": f"no answer ({type(error).__name__})"}


def _database() -> dict[str, Any]:
    return {"ok": True, "now": database_now().isoformat()}


def _queue() -> dict[str, Any]:
    return {"ok": True, "waiting": questions.waiting_jobs()}


def _clock() -> dict[str, Any]:
    silence = questions.clock_silence()
    if silence is None:
        return {"ok": False, "says": "the clock has never been heard"}
    return {"ok": silence < questions.CLOCK_SILENCE, "heard_seconds_ago": round(silence.total_seconds(), 1)}


def _overdue() -> dict[str, Any]:
    since, held = questions.oldest_overdue(), on_hold()
    late = (database_now() - since).total_seconds() if since else 0.0
    return {
        "ok": late < questions.OVERDUE.total_seconds(),
        "seconds": round(late, 1),
        "on_hold": held is not None,
    }
