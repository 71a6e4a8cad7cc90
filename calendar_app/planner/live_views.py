"""What others do while a page is open: a stream of server-sent events, the same by asking, and who is where.

A stream holds a thread of the server, so it lasts a few seconds at a time and a process has few of them; a browser
comes back by itself and says which event was its last. Who finds no place (204) asks now and then instead.
"""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, jsonify, request

from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db, limiter
from calendar_app.people.signing_in import current_actor, member_required
from calendar_app.planner import attending, news
from calendar_app.planner.watching import Full, Watcher
from calendar_app.posts.finding import post_of
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from flask.typing import ResponseReturnValue

live = Blueprint("live", __name__)

# LIVE_SECONDS of the app, for tests, is another.
WINDOW = 25.0
# A server that is told to stop waits no longer than this for an open stream.
STEP = 1.0
BREATH = 10.0
LARGEST = 2**31 - 1
# A page says it every ten seconds, and when somebody begins to write: room for several tabs. Each that is new writes
# a row, which all open pages of the team are told of.
HERE_OFTEN, HERE_EVERYWHERE = "60/minute", "240/minute"


@live.get("/calendar/events")
@member_required
def events() -> ResponseReturnValue:
    teams = frozenset(current_actor().team_ids)
    with db.engine.connect() as connection:
        after = _after(request.headers.get("Last-Event-ID") or request.args.get("after", ""))
        if after is None:
            after = news.newest(connection)
    until = time.monotonic() + current_app.config.get("LIVE_SECONDS", WINDOW)
    lives = current_app.extensions.get("sluice_lives", lambda: True)
    lines = _lines(_watcher(), teams, after, lives=lambda: time.monotonic() < until and lives())
    # The stream begins here, not when somebody reads: a process that is full says so with its status.
    if next(lines) == "full":
        return "", 204
    # Proxies that gather answers would keep events back.
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    return Response(lines, mimetype="text/event-stream", headers=headers)


@live.get("/calendar/changes")
@member_required
def changes() -> ResponseReturnValue:
    """The same as events, once: what happened after a number, and the number to ask with next time."""
    teams = current_actor().team_ids
    with db.engine.connect() as connection:
        now = news.newest(connection)
        after = _after(request.args.get("after", ""))
        found = news.missed(connection, now if after is None else after, teams)
    return jsonify(after=now, changes=news.told(found or ()), lost=found is None)


@live.post("/posts/<uuid:number>/presence")
@member_required
def presence(number: Any) -> ResponseReturnValue:
    """`doing` is reading, writing or gone; answers who else has the post open. So often a minute, then 429."""
    _count_everywhere()
    _count_here()
    post, person, now = post_of(number), current_actor().person, database_now()
    sent = request.get_json(silent=True)
    try:
        attending.attend(post, person, str(sent.get("doing", "")) if isinstance(sent, dict) else "", now=now)
    except Refused as error:
        db.session.rollback()
        return jsonify(ok=False, errors=error.errors), 422
    found = attending.others(post, person, now=now)
    answer = jsonify(ok=True, others=[one._asdict() for one in found], sentence=attending.in_words(found))
    db.session.commit()
    return answer


@limiter.shared_limit(
    HERE_OFTEN,
    scope="presence",
    key_func=lambda: f"person {_me()} post {(request.view_args or {})['number']}",
)
def _count_here() -> None:
    """One more word of this person about this post."""


@limiter.shared_limit(HERE_EVERYWHERE, scope="presence everywhere", key_func=lambda: f"person {_me()}")
def _count_everywhere() -> None:
    """One more word of this person about any post."""


def _me() -> int:
    return current_actor().person.id


def _lines(watcher: Watcher, teams: Collection[int], after: int | datetime, *, lives: Any) -> Iterator[str]:
    """First `full` or `open`, for whoever starts it; then the stream itself."""
    try:
        with watcher.listening() as listener:
            yield "open"
            with watcher.engine.connect() as connection:
                newest = news.newest(connection)
                before = news.missed(connection, after, teams)
            yield _event(newest, before)
            spoke = time.monotonic()
            while lives():
                heard = [one for one in listener.wait(STEP) if one.team_id in teams]
                if heard:
                    yield _event(max(one.id for one in heard), heard)
                elif time.monotonic() - spoke < BREATH:
                    continue
                else:
                    # Whoever has gone is noticed by writing to them.
                    yield ": still here\n\n"
                spoke = time.monotonic()
    except Full:
        yield "full"


def _event(number: int, found: list[news.News] | None) -> str:
    body = json.dumps({"changes": news.told(found or ()), "lost": found is None})
    return f"id: {number}\nretry: 500\ndata: {body}\n\n"


def _watcher() -> Watcher:
    """The one of this process, made on first use (after any fork)."""
    made: Watcher = current_app.extensions.setdefault("sluice_watcher", Watcher(db.engine))
    return made


def _after(text: str) -> int | datetime | None:
    """The number of an event, or the time at which a page was made."""
    if re.fullmatch("[0-9]{1,10}", text) and int(text) <= LARGEST:
        return int(text)
    try:
        found = datetime.fromisoformat(text)
        # Nobody is told of more than is kept.
        return max(found.astimezone(UTC), utcnow() - news.KEPT) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None
