"""Writes each post into a Discord channel by its webhook, or as a bot (bot.py).

Source: Discord API documentation, "Webhook Resource".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from calendar_app.channels import paging, posting
from calendar_app.channels.adapter import Adapter, Call, Parcel, Sent, Trouble
from calendar_app.channels.discord.bot import DiscordBot
from calendar_app.channels.discord.message import (
    INVALID_WEBHOOK_TOKEN,
    UNKNOWN_CHANNEL,
    UNKNOWN_WEBHOOK,
    DiscordMessages,
    gone_already,
    names_of,
    trouble,
)
from calendar_app.errors import Refused
from calendar_app.languages import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calendar_app.outbound import Answer

BOT = DiscordBot()
WEBHOOK = re.compile(r"https?://[^/?#\s]+/api/(?:v\d+/)?webhooks/\d+/[A-Za-z0-9_-]+")


class DiscordAdapter(DiscordMessages):
    """The way by a webhook, and the choice between both: who names a channel has a bot."""

    def way(self, settings: Mapping[str, Any]) -> Adapter:
        return BOT if settings.get("channel") else self

    def check(
        self, settings: Mapping[str, Any], secrets: Mapping[str, str], allowed_networks: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        if settings.get("channel"):
            return BOT.check(settings, secrets, allowed_networks)
        address = secrets.get("address", "")
        if not address and secrets.get("token"):
            raise Refused({"settings.channel": say("Name the channel that the bot shall write to.")})
        problem = posting.wrong_address(address, allowed_networks)
        if not problem and not WEBHOOK.fullmatch(address):
            problem = say(
                "This is no webhook of Discord. It looks like https://discord.com/api/webhooks/… ; copy it whole."
            )
        if problem:
            raise Refused({"secrets.address": problem})
        return {}, {"address": address}

    def send(self, parcel: Parcel, call: Call) -> Sent:
        if parcel.action == "withdraw":
            for number in names_of(parcel, "webhook"):
                _delete(parcel, call, number)
            return Sent()
        texts = parcel.payload["texts"]
        posting.hold_to(self.preview(parcel.payload, parcel.settings))
        paging.hold_to_most(texts)
        mentions = {"allowed_mentions": parcel.payload["allowed_mentions"]}

        def send_one(text: str) -> str:
            told = _asked(parcel, call, "POST", "?wait=true", {"content": text, **mentions})
            return posting.named(told.get("id"))

        sent = paging.send_pages(parcel, call, texts, send_one, lambda number: _delete(parcel, call, number))
        return Sent(sent[0], notes={"pages": sent})

    def test(self, parcel: Parcel, call: Call) -> str:
        posting.named(_asked(parcel, call, "GET", "", None).get("id"))
        return "Discord knows this webhook. Nothing was posted."


def _delete(parcel: Parcel, call: Call, number: str) -> None:
    """Delete Webhook Message."""
    with posting.harmless_to_repeat():
        _asked(parcel, call, "DELETE", f"/messages/{number}", None)


def _asked(
    parcel: Parcel, call: Call, method: str, rest: str, payload: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What a good answer says. Raises a Trouble for every other."""
    answer = posting.ask(call, parcel, method, parcel.secrets["address"] + rest, payload)
    told = posting.told(answer)
    if not (200 <= answer.status < 300 or gone_already(method, told)):
        raise _trouble(answer, told, call)
    return told


def _trouble(answer: Answer, told: Mapping[str, Any], call: Call) -> Trouble:
    """ "JSON" error codes: code and message."""
    code = told.get("code")
    if (
        code in {UNKNOWN_WEBHOOK, UNKNOWN_CHANNEL}
        or answer.status in {401, 404}
        and code == INVALID_WEBHOOK_TOKEN
    ):
        return posting.webhook_gone()
    if answer.status == 403:
        return posting.webhook_barred("Discord")
    return trouble(answer, told, call)
