"""Writes each post into a Discord channel as a bot, which finds its messages again.

Source: Discord API documentation, "Create Message" (nonce and enforce_nonce: for some minutes a repeat gives back the
first message), "Get Channel Messages" and "Snowflakes". After those minutes the channel is read: a part is there when
the bot has written these very words since the delivery fell due.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from calendar_app.channels import paging, posting
from calendar_app.channels.adapter import Call, Content, Parcel, Revoked, Sent, Trouble, Unclear, Unsure
from calendar_app.channels.discord.message import (
    UNKNOWN_CHANNEL,
    DiscordMessages,
    gone_already,
    names_of,
    trouble,
)
from calendar_app.errors import Refused
from calendar_app.languages import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from calendar_app.outbound import Answer

API = "https://discord.com/api/v10"
CHANNEL = re.compile(r"\d{15,22}")
TOKEN = re.compile(r"[A-Za-z0-9_-]{15,50}\.[A-Za-z0-9_-]{4,20}\.[A-Za-z0-9_-]{15,100}")
NONCE_LENGTH = 25
# Milliseconds of the first snowflake; its time stands above 22 other bits.
EPOCH, SHIFT = 1_420_070_400_000, 22
# How far our clock and theirs may be apart.
SKEW = timedelta(minutes=1)
AT_ONCE, MOST_PAGES = 100, 10
WAY = {"way": "bot"}
TOO_MANY = "The channel has had too many messages since to find this post again."


class DiscordBot(DiscordMessages):
    can_look = True

    def check(
        self, settings: Mapping[str, Any], secrets: Mapping[str, str], allowed_networks: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        errors = {}
        channel, server = str(settings.get("channel") or ""), str(settings.get("server") or "").rstrip("/")
        if not CHANNEL.fullmatch(channel):
            errors["settings.channel"] = say("Write the number of the channel, such as 1234567890123456789.")
        if not TOKEN.fullmatch(secrets.get("token", "")):
            errors["secrets.token"] = say(
                "This is no token of a bot. It has three parts with dots; copy it whole."
            )
        if server and (problem := posting.wrong_address(server, allowed_networks)):
            errors["settings.server"] = problem
        if errors:
            raise Refused(errors)
        return {"channel": channel, "server": server}, {"token": secrets["token"]}

    def compose(self, content: Content, action: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {"channel": settings["channel"], **super().compose(content, action, settings)}

    def send(self, parcel: Parcel, call: Call) -> Sent:
        if parcel.action == "withdraw":
            for number in names_of(parcel, "bot"):
                _delete(parcel, call, number)
            return Sent()
        texts = parcel.payload["texts"]
        posting.hold_to(self.preview(parcel.payload, parcel.settings))
        paging.hold_to_most(texts)
        if parcel.ambiguous and len(texts) > 1:
            parcel = replace(
                parcel, notes={**parcel.notes, **paging.notes_of(texts, _standing(parcel, call))}
            )
        return _publish(parcel, call, texts)

    def look(self, parcel: Parcel, call: Call) -> Sent | None:
        """Whether all parts are there. What is there of several is found again by `send`."""
        texts, standing = parcel.payload["texts"], _standing(parcel, call)
        return _sent(standing) if len(standing) == len(texts) else None

    def test(self, parcel: Parcel, call: Call) -> str:
        told = _asked(parcel, call, "GET", f"/channels/{parcel.settings['channel']}")
        posting.named(told.get("id"))
        return "Discord knows the bot and this channel. Whether it may post there, the first post shows."


def _publish(parcel: Parcel, call: Call, texts: Sequence[str]) -> Sent:
    mentions = {"allowed_mentions": parcel.payload["allowed_mentions"]}
    marks = _marks(parcel, texts)

    def send_one(text: str) -> str:
        mark = {"nonce": next(marks), "enforce_nonce": True}
        told = _asked(parcel, call, "POST", _messages(parcel), {"content": text, **mentions, **mark})
        return posting.named(told.get("id"))

    return _sent(
        paging.send_pages(parcel, call, texts, send_one, lambda number: _delete(parcel, call, number))
    )


def _marks(parcel: Parcel, texts: Sequence[str]) -> Iterator[str]:
    """A nonce for each part that is still to go out: the same at every attempt, another where the words are others."""
    first, _ = paging.reached(texts, parcel.notes)
    for number in range(first, len(texts)):
        told = json.dumps([parcel.key, number, texts[number]]).encode()
        yield hashlib.sha256(told).hexdigest()[:NONCE_LENGTH]


def _sent(pages: Sequence[str]) -> Sent:
    return Sent(pages[0], notes={"pages": list(pages), **WAY})


def _standing(parcel: Parcel, call: Call) -> list[str]:
    """The parts that are there, in order: those that are known, and what the channel shows of the rest."""
    texts = parcel.payload["texts"]
    known, _ = paging.reached(texts, parcel.notes)
    standing = [str(one) for one in parcel.notes.get("pages", ())][:known]
    if known == len(texts):
        return standing
    with posting.harmless_to_repeat():
        bot = posting.named(_asked(parcel, call, "GET", "/users/@me").get("id"))
        since = _written_since(parcel, call, parcel.due_at - SKEW)
    for message in since:
        author = message.get("author")
        ours = isinstance(author, dict) and author.get("id") == bot and message["id"] not in standing
        if ours and len(standing) < len(texts) and message.get("content") == texts[len(standing)].strip():
            standing.append(message["id"])
    return standing


def _written_since(parcel: Parcel, call: Call, since: datetime) -> list[dict[str, Any]]:
    """The messages of the channel, the oldest first. Raises Unsure where there are too many."""
    oldest = int(since.timestamp() * 1000) - EPOCH << SHIFT
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": AT_ONCE}
    for _ in range(MOST_PAGES):
        page = _page(parcel, call, query)
        found += [one for one in page if int(one["id"]) >= oldest]
        if len(page) < AT_ONCE or int(page[-1]["id"]) < oldest:
            return found[::-1]
        query["before"] = page[-1]["id"]
    raise Unsure(TOO_MANY)


def _page(parcel: Parcel, call: Call, query: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The newest first, as the service gives them."""
    address = f"{_api(parcel)}{_messages(parcel)}?{urlencode(query)}"
    answer = posting.read(call, parcel, address, authorization=_authorization(parcel))
    _hold_good(answer, call)
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, list):
        raise Unclear("The receiver answered without its messages.")
    return [one for one in told if isinstance(one, dict) and str(one.get("id")).isdecimal()]


def _delete(parcel: Parcel, call: Call, number: str) -> None:
    """Delete Message."""
    with posting.harmless_to_repeat():
        _asked(parcel, call, "DELETE", f"{_messages(parcel)}/{number}")


def _messages(parcel: Parcel) -> str:
    return f"/channels/{parcel.payload['channel']}/messages"


def _asked(
    parcel: Parcel, call: Call, method: str, path: str, payload: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What a good answer says. Raises a Trouble for every other."""
    answer = posting.ask(
        call, parcel, method, f"{_api(parcel)}{path}", payload, authorization=_authorization(parcel)
    )
    _hold_good(answer, call, method)
    return posting.told(answer)


def _hold_good(answer: Answer, call: Call, method: str = "GET") -> None:
    told = posting.told(answer)
    if not (200 <= answer.status < 300 or gone_already(method, told)):
        raise _trouble(answer, told, call)


def _api(parcel: Parcel) -> str:
    return parcel.settings.get("server") or API


def _authorization(parcel: Parcel) -> str:
    return f"Bot {parcel.secrets['token']}"


def _trouble(answer: Answer, told: Mapping[str, Any], call: Call) -> Trouble:
    """ "JSON" error codes: code and message."""
    if answer.status == 403 or told.get("code") == UNKNOWN_CHANNEL:
        return Revoked(
            "Discord does not let the bot use this channel. Let it view it, post and read its history."
        )
    return trouble(answer, told, call)
