"""Writes each post into a Discord channel by its webhook. Source: Discord API documentation, "Webhook Resource"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from calendar_app.channels import paging, posting, runs
from calendar_app.channels.adapter import (
    Adapter,
    Call,
    Content,
    Field,
    Parcel,
    Part,
    Rejected,
    Sent,
    Trouble,
)
from calendar_app.channels.discord import markup
from calendar_app.errors import Refused
from calendar_app.languages import say, say_later

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calendar_app.outbound import Answer

# Execute Webhook, content.
MOST = 2000
WEBHOOK = re.compile(r"https?://[^/?#\s]+/api/(?:v\d+/)?webhooks/\d+/[A-Za-z0-9_-]+")
# "Opcodes and Status Codes", JSON error codes.
UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK = 10003, 10008, 10015
INVALID_WEBHOOK_TOKEN = 50027


class DiscordAdapter(Adapter):
    kind = "discord"
    name = say_later("Discord")
    blurb = say_later("Writes each post into a channel of a Discord server.")
    fields = (
        Field(
            "address",
            say_later("Address of the webhook"),
            say_later(
                "From the settings of the channel: Integrations, Webhooks. Whoever has it can post there."
            ),
            secret=True,
        ),
    )
    can_withdraw = True

    def check(
        self, settings: Mapping[str, Any], secrets: Mapping[str, str], allowed_networks: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        address = secrets.get("address", "")
        problem = posting.wrong_address(address, allowed_networks)
        if not problem and not WEBHOOK.fullmatch(address):
            problem = say(
                "This is no webhook of Discord. It looks like https://discord.com/api/webhooks/… ; copy it whole."
            )
        if problem:
            raise Refused({"secrets.address": problem})
        return {}, dict(secrets)

    def compose(self, content: Content, action: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        if action == "withdraw":
            return {}
        # Nobody is called by a name that happens to stand in the text.
        return {"allowed_mentions": {"parse": []}, "texts": markup.written(runs.message_of(content), MOST)}

    def preview(self, payload: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Part, ...]:
        texts = payload.get("texts", ())
        return tuple(Part(text, markup.count(text), MOST, "characters") for text in texts)

    def reached(self, payload: Mapping[str, Any], notes: Mapping[str, Any]) -> tuple[int, int]:
        return paging.reached(payload.get("texts", ()), notes)

    def problems(self, content: Content, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return paging.too_many(self.compose(content, "publish", settings)["texts"])

    def send(self, parcel: Parcel, call: Call) -> Sent:
        if parcel.action == "withdraw":
            for number in paging.names_of(parcel):
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
    """Delete Webhook Message; one that is not there any more is deleted."""
    with posting.harmless_to_repeat():
        _asked(parcel, call, "DELETE", f"/messages/{number}", None)


def _asked(
    parcel: Parcel, call: Call, method: str, rest: str, payload: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What a good answer says. Raises a Trouble for every other."""
    answer = posting.ask(call, parcel, method, parcel.secrets["address"] + rest, payload)
    told = posting.told(answer)
    gone = method == "DELETE" and told.get("code") == UNKNOWN_MESSAGE
    if not (200 <= answer.status < 300 or gone):
        raise _trouble(answer, told, call)
    return told


def _trouble(answer: Answer, told: Mapping[str, Any], call: Call) -> Trouble:
    """ "Rate Limits": Retry-After, or retry_after in the body; "JSON" error codes: code and message."""
    code = told.get("code")
    if (
        code in {UNKNOWN_WEBHOOK, UNKNOWN_CHANNEL}
        or answer.status in {401, 404}
        and code == INVALID_WEBHOOK_TOKEN
    ):
        return posting.webhook_gone()
    if answer.status == 403:
        return posting.webhook_barred("Discord")
    if answer.status == 413:
        return Rejected("The server takes no message as long as this. Write a shorter text for this account.")
    return posting.trouble(answer, call, posting.in_seconds(call, told.get("retry_after")))
