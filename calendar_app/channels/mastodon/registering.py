"""Sluice makes itself known to a server, and asks it for the token of whoever agrees there.

Source: docs.joinmastodon.org/methods/apps/#create and /methods/oauth. No call of these publishes anything.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from calendar_app.channels import posting
from calendar_app.channels.adapter import NotSent, Trouble
from calendar_app.channels.connecting import trial
from calendar_app.channels.mastodon import line as lines
from calendar_app.channels.mastodon import reading, serving
from calendar_app.channels.mastodon.line import Line
from calendar_app.errors import Refused
from calendar_app.reasons import retell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What is needed and nothing else: who this is, reading back, posting, pictures.
SCOPES = "read:accounts read:statuses write:statuses write:media"
NAME = "Sluice"
_TOKEN = re.compile(r"[!-~]{1,1000}")


@dataclass(frozen=True)
class Application:
    """Sluice as one server knows it."""

    server: str
    client_id: str
    client_secret: str

    def page(self, redirect: str, state: str) -> str:
        """Where a person agrees, on their own server."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect,
            "scope": SCOPES,
            "state": state,
        }
        return f"{self.server}/oauth/authorize?{urlencode(asked)}"

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def register(typed: str, redirect: str, website: str, allowed_networks: Sequence[str]) -> Application:
    """Raises Refused at `server`. No transaction may be open: the answer may take seconds."""
    server = serving.address_of(typed)
    if wrong := serving.wrong(server, allowed_networks):
        raise Refused({"server": retell(wrong)})
    asked = {"client_name": NAME, "redirect_uris": redirect, "scopes": SCOPES, "website": website}
    told = _told(server, "/api/v1/apps", asked, "server")
    return Application(server, _text(told, "client_id", "server"), _text(told, "client_secret", "server"))


def exchange(application: Application, code: str, redirect: str) -> str:
    """The token for a code. Raises Refused at `code`. No transaction may be open."""
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": application.client_id,
        "client_secret": application.client_secret,
        "redirect_uri": redirect,
        "scope": SCOPES,
    }
    return _text(_told(application.server, "/oauth/token", asked, "code"), "access_token", "code")


def _told(server: str, path: str, asked: Mapping[str, str], field: str) -> dict[str, Any]:
    line = Line(*trial("mastodon", {"server": server}, {}, ""))
    try:
        answer = line.tell(path, asked)
        if not lines.good(answer):
            raise _refusal(lines.error_of(answer), answer.status)
    except Trouble as trouble:
        raise Refused({field: retell(trouble.reason)}) from trouble
    return posting.told(answer)


def _refusal(said: str, status: int) -> Trouble:
    if said:
        return NotSent(f"The server refused to connect: {said}")
    return NotSent(reading.NO_MASTODON) if status == 404 else NotSent(f"The receiver answered {status}.")


def _text(told: Mapping[str, Any], name: str, field: str) -> str:
    found = told.get(name)
    if not isinstance(found, str) or not _TOKEN.fullmatch(found):
        raise Refused({field: retell(reading.NO_MASTODON)})
    return found
