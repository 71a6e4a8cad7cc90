"""Reading back what an account has posted, for servers that heed no key and for answers that were lost.

Source: docs.joinmastodon.org/methods/accounts/#statuses.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import lxml.html

from calendar_app.channels import posting
from calendar_app.channels.adapter import NotSent
from calendar_app.channels.mastodon import line as lines

if TYPE_CHECKING:
    from calendar_app.channels.mastodon.line import Line

PAGE = 40
MOST_PAGES = 5
# The server's clock may differ from ours by so much.
CLOCKS = timedelta(minutes=2)
_DOMAIN = re.compile(r"(@[\w.-]+)@[\w.-]+\w")


def standing(line: Line, known: list[str]) -> list[dict[str, Any]]:
    """The parts of the parcel that are on the server, in order, from those already known on. Raises NotSent.

    A part is the account's own status since the delivery was due that answers the part before it (the first one:
    nothing) and says the same words.
    """
    texts = line.parcel.payload["parts"]
    own = _own_statuses(line)
    found: list[dict[str, Any]] = []
    before = known[-1] if known else None
    for text in texts[len(known) :]:
        match = next((one for one in own if one.get("in_reply_to_id") == before and _says(one, text)), None)
        if match is None:
            break
        found.append(match)
        before = str(match["id"])
    return found


def account_id(line: Line) -> str:
    """The account's number on its server: what was learnt, else asked for. Raises a Trouble."""
    learnt = line.parcel.settings.get("learnt") or {}
    return str(learnt.get("account") or who(line)["id"])


def who(line: Line) -> dict[str, Any]:
    """The account that the token belongs to. Raises a Trouble."""
    answer = line.ask("GET", "/api/v1/accounts/verify_credentials")
    told = posting.told(answer)
    if not lines.good(answer):
        raise lines.read_trouble(answer, line.call)
    if not isinstance(told.get("id"), str) or not re.fullmatch(r"[\w.-]{1,64}", told["id"]):
        raise NotSent(NO_MASTODON)
    return told


def plain_words(markup: str) -> str:
    """Letters and digits of a text or of a status in HTML, without the servers of mentions."""
    text = _DOMAIN.sub(r"\1", markup)
    words = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()
    # Signs alone are all that such a text has to be known by.
    return words or re.sub(r"\s+", "", text)


NO_MASTODON = "This address does not answer as a Mastodon server does. Check it."


def _own_statuses(line: Line) -> list[dict[str, Any]]:
    """Those since the delivery was due, the newest first."""
    since = line.parcel.due_at - CLOCKS
    path = f"/api/v1/accounts/{account_id(line)}/statuses?limit={PAGE}&exclude_reblogs=true"
    found: list[dict[str, Any]] = []
    for _ in range(MOST_PAGES):
        page = _page(line, f"{path}&max_id={found[-1]['id']}" if found else path)
        found += page
        if len(page) < PAGE or _made(page[-1]) < since:
            return [one for one in found if _made(one) >= since]
    raise NotSent("The account has posted too much since to find this post again.")


def _page(line: Line, path: str) -> list[dict[str, Any]]:
    answer = line.ask("GET", path)
    if not lines.good(answer):
        raise lines.read_trouble(answer, line.call)
    statuses = lines.listed(answer)
    if statuses is None or not all(isinstance(one.get("id"), str) for one in statuses):
        raise NotSent(NO_MASTODON)
    return statuses


def _made(status: dict[str, Any]) -> datetime:
    try:
        found = datetime.fromisoformat(str(status.get("created_at")))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise NotSent(NO_MASTODON)
    return found


def _says(status: dict[str, Any], text: str) -> bool:
    return plain_words(_text_of(str(status.get("content") or ""))) == plain_words(text)


def _text_of(markup: str) -> str:
    return str(lxml.html.fragment_fromstring(markup, create_parent="div").text_content())
