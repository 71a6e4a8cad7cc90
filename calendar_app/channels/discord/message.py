"""A post as messages of Discord, whichever way they go in. Source: Discord API documentation, "Message Resource"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_app.channels import paging, posting, runs
from calendar_app.channels.adapter import Adapter, Content, Field, Part, Rejected
from calendar_app.channels.discord import markup
from calendar_app.languages import say_later

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_app.channels.adapter import Call, Parcel, Trouble
    from calendar_app.outbound import Answer

# Create Message and Execute Webhook, content.
MOST = 2000
# "Opcodes and Status Codes", JSON error codes.
UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK = 10003, 10008, 10015
INVALID_WEBHOOK_TOKEN = 50027


class DiscordMessages(Adapter):
    """What both ways share: the form, and what is written."""

    kind = "discord"
    name = say_later("Discord")
    blurb = say_later("Writes each post into a channel of a Discord server.")
    fields = (
        Field(
            "address",
            say_later("Address of the webhook"),
            say_later(
                "From the settings of the channel: Integrations, Webhooks. Whoever has it can post there. "
                "Leave it empty to post as a bot, which finds its messages again."
            ),
            secret=True,
            required=False,
        ),
        Field(
            "channel",
            say_later("Channel, for a bot"),
            say_later("Its number: switch on developer mode in Discord, then Copy Channel ID."),
            required=False,
        ),
        Field(
            "token",
            say_later("Token of the bot"),
            say_later(
                "From the developer portal. The bot may view the channel, send messages and read their history."
            ),
            secret=True,
            required=False,
        ),
        Field(
            "server",
            say_later("Address of the API, for a bot"),
            say_later("Only for a service that works as Discord does. Leave it empty for Discord's."),
            required=False,
        ),
    )
    can_withdraw = True

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


def names_of(parcel: Parcel, way: str) -> list[str]:
    """Of a withdrawal: the messages that this way has sent; it cannot delete those of the other. Raises Rejected."""
    names = paging.names_of(parcel)
    if ((parcel.published.get("notes") or {}).get("way") or "webhook") != way:
        raise Rejected("This post went out another way than its account goes now. Delete it where it stands.")
    return names


def gone_already(method: str, told: Mapping[str, Any]) -> bool:
    """A message that is not there any more is deleted."""
    return method == "DELETE" and told.get("code") == UNKNOWN_MESSAGE


def trouble(answer: Answer, told: Mapping[str, Any], call: Call) -> Trouble:
    """ "Rate Limits": Retry-After, or retry_after in the body."""
    if answer.status == 413:
        return Rejected("The server takes no message as long as this. Write a shorter text for this account.")
    return posting.trouble(answer, call, posting.in_seconds(call, told.get("retry_after")))
