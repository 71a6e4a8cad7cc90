"""A post as a message of Slack, whichever way it goes in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_app.channels import posting, runs
from calendar_app.channels.adapter import Adapter, Content, Field, Part
from calendar_app.channels.slack import markup
from calendar_app.languages import say_later

if TYPE_CHECKING:
    from collections.abc import Mapping

# chat.postMessage, "Truncating content": longer messages are cut.
MOST = 40_000


class SlackMessages(Adapter):
    """What both ways share: the form, and what is written."""

    kind = "slack"
    name = say_later("Slack")
    blurb = say_later("Writes each post into a channel of Slack, or of a service with webhooks like Slack's.")
    fields = (
        Field(
            "address",
            say_later("Address of the webhook"),
            say_later(
                "From an app of yours in Slack: Incoming Webhooks. Whoever has it can post there. "
                "Leave it empty to post as a bot, which finds its messages again and can take them back."
            ),
            secret=True,
            required=False,
        ),
        Field(
            "channel",
            say_later("Channel, for a bot"),
            say_later(
                "Its ID, at the end of the channel's details: C and what follows. Invite the bot into it."
            ),
            required=False,
        ),
        Field(
            "token",
            say_later("Token of the bot"),
            say_later(
                "From an app of yours in Slack: OAuth & Permissions. It begins with xoxb- and may "
                "chat:write, channels:history and, in private channels, groups:history."
            ),
            secret=True,
            required=False,
        ),
        Field(
            "server",
            say_later("Address of the API, for a bot"),
            say_later("Only for a Slack of its own, such as GovSlack. Leave it empty for Slack's."),
            required=False,
        ),
    )

    def compose(self, content: Content, action: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {"text": markup.written(runs.message_of(content))}

    def preview(self, payload: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Part, ...]:
        text = markup.seen(str(payload.get("text", "")))
        return (Part(text, posting.utf16(text), MOST, "characters"),)

    def problems(self, content: Content, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return posting.too_long(self.preview(self.compose(content, "publish", settings), settings))
