"""A connection under way, between asking and agreeing: sealed in the form cookie of one browser, for minutes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import session

from calendar_app import safe, sealing, tokens
from calendar_app.channels.mastodon.registering import Application
from calendar_app.people.signing_in import current_session_id
from calendar_app.times import utcnow

KEPT = timedelta(minutes=15)
PLACE = "mastodon"


@dataclass(frozen=True)
class Agreement:
    """`account_id`: the account that gets a new token; None makes a new one in the team."""

    application: Application
    team_id: int
    account_id: int | None
    state: str


def begin(application: Application, team_id: int, account_id: int | None) -> Agreement:
    """Remember it in this browser, in place of any other."""
    made = Agreement(application, team_id, account_id, tokens.make())
    content = {
        "application": application.as_dict(),
        "team": team_id,
        "account": account_id,
        "state": made.state,
        "at": utcnow().isoformat(),
    }
    session[PLACE] = safe.seal(json.dumps(content), where=_where())
    return made


def under_way(state: str) -> Agreement | None:
    """The one that was begun in this browser and by this sign-in, not long ago, with this state."""
    try:
        content = json.loads(safe.unseal(str(session.get(PLACE) or ""), where=_where()))
    except sealing.CannotOpen:
        return None
    fresh = utcnow() - datetime.fromisoformat(content["at"]) <= KEPT
    if not fresh or not tokens.same(content["state"], state):
        return None
    return Agreement(Application(**content["application"]), content["team"], content["account"], state)


def end() -> None:
    """It can be used once."""
    session.pop(PLACE, None)


def _where() -> str:
    """Bound to the session of whoever is signed in: another person's browser state opens nothing."""
    return f"session:{current_session_id()}:{PLACE}"
