"""Writes each post into a Slack channel by an incoming webhook.

Source: Slack developer documentation, "Sending messages using incoming webhooks" (the answer is the word ok; errors
are words as well) and "Rate limits" (one message a second, 429 with Retry-After). A webhook names no message, so
nothing can be read back or deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_app.channels import posting, runs
from calendar_app.channels.adapter import (
    Adapter,
    Call,
    Content,
    Field,
    Parcel,
    Part,
    Revoked,
    Sent,
    Trouble,
    Unclear,
)
from calendar_app.channels.slack import markup
from calendar_app.errors import Refused
from calendar_app.languages import say_later

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calendar_app.outbound import Answer

# chat.postMessage, "Truncating content": longer messages are cut.
MOST = 40_000
GONE = {"no_service", "no_service_id", "no_active_hooks", "no_team", "team_disabled", "channel_not_found"}
BARRED = {"action_prohibited", "posting_to_general_channel_denied", "invalid_token"}
EMPTY = {"no_text", "invalid_payload", "missing_text_or_fallback_or_attachments"}


class SlackAdapter(Adapter):
    kind = "slack"
    name = say_later("Slack")
    blurb = say_later("Writes each post into a channel of Slack, or of a service with webhooks like Slack's.")
    fields = (
        Field(
            "address",
            say_later("Address of the webhook"),
            say_later("From an app of yours in Slack: Incoming Webhooks. Whoever has it can post there."),
            secret=True,
        ),
    )

    def check(
        self, settings: Mapping[str, Any], secrets: Mapping[str, str], allowed_networks: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        if problem := posting.wrong_address(secrets.get("address", ""), allowed_networks):
            raise Refused({"secrets.address": problem})
        return {}, dict(secrets)

    def compose(self, content: Content, action: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {"text": markup.written(runs.message_of(content))}

    def preview(self, payload: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Part, ...]:
        text = markup.seen(str(payload.get("text", "")))
        return (Part(text, posting.utf16(text), MOST, "characters"),)

    def problems(self, content: Content, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return posting.too_long(self.preview(self.compose(content, "publish", settings), settings))

    def send(self, parcel: Parcel, call: Call) -> Sent:
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
