"""Writes each post into a Slack channel by an incoming webhook, or as a bot (bot.py).

Source: Slack developer documentation, "Sending messages using incoming webhooks" (the answer is the word ok; errors
are words as well) and "Rate limits" (one message a second, 429 with Retry-After). A webhook names no message, so
nothing can be read back or deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_app.channels import posting
from calendar_app.channels.adapter import Adapter, Call, Parcel, Rejected, Revoked, Sent, Trouble, Unclear
from calendar_app.channels.slack.bot import SlackBot
from calendar_app.channels.slack.message import SlackMessages
from calendar_app.errors import Refused
from calendar_app.languages import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calendar_app.outbound import Answer

BOT = SlackBot()
GONE = {"no_service", "no_service_id", "no_active_hooks", "no_team", "team_disabled", "channel_not_found"}
BARRED = {"action_prohibited", "posting_to_general_channel_denied", "invalid_token"}
EMPTY = {"no_text", "invalid_payload", "missing_text_or_fallback_or_attachments"}


class SlackAdapter(SlackMessages):
    """The way by an incoming webhook, and the choice between both: who names a channel has a bot."""

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
        if problem := posting.wrong_address(address, allowed_networks):
            raise Refused({"secrets.address": problem})
        return {}, {"address": address}

    def send(self, parcel: Parcel, call: Call) -> Sent:
        if parcel.action == "withdraw":
            # Planned while the account had a bot.
            raise Rejected("Sluice does not know which message this was. Delete it where it stands.")
        posting.hold_to(self.preview(parcel.payload, parcel.settings))
        answer = posting.ask(call, parcel, "POST", parcel.secrets["address"], parcel.payload)
        if answer.status == 200 and _word(answer) == "ok":
            return Sent()
        raise _trouble(answer, call)

    def test(self, parcel: Parcel, call: Call) -> str:
        """A message without text: a webhook that works refuses it for that, and posts nothing."""
        answer = posting.ask(call, parcel, "POST", parcel.secrets["address"], {})
        if answer.status == 400 and _word(answer) in EMPTY:
            return "Slack knows this webhook: it refused an empty message. Nothing was posted."
        raise _trouble(answer, call)


def _word(answer: Answer) -> str:
    return answer.body[:100].decode("utf-8", "replace").strip()


def _trouble(answer: Answer, call: Call) -> Trouble:
    word = _word(answer)
    if answer.status == 200:
        return Unclear("The receiver answered without the word ok: it may or may not have taken the post.")
    if word in GONE:
        return posting.webhook_gone()
    if word in BARRED or answer.status == 403:
        return posting.webhook_barred("Slack")
    if word == "channel_is_archived":
        return Revoked("The channel is archived in Slack. Take it out of the archive, or choose another.")
    return posting.trouble(answer, call)
