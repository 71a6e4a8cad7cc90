"""Posts each post to Microsoft Teams through a workflow that takes webhooks.

Sources: Microsoft Teams documentation, "Create incoming webhooks with Workflows" and "Create and send messages" (an
Adaptive Card; at most 28 KB; four requests a second). The workflow answers 202 when it has begun: whether it then
posts, Teams does not say, and it names no message, so nothing can be read back or deleted. Webhooks of connectors,
which Microsoft is switching off, answer 200 with the figure 1, and 200 with words when something went wrong.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from calendar_app.channels import posting, runs
from calendar_app.channels.adapter import (
    Adapter,
    Call,
    Content,
    Field,
    Parcel,
    Part,
    Rejected,
    Revoked,
    Sent,
    Trouble,
    Unclear,
)
from calendar_app.channels.teams import card
from calendar_app.errors import Refused
from calendar_app.languages import say_later

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calendar_app.outbound import Answer

MOST_BYTES = 28 * 1024
# Codes of Azure Logic Apps, which workflows run on.
GONE = {"WorkflowNotFound", "ResourceNotFound"}
OFF = {"WorkflowTriggerIsNotEnabled", "WorkflowNotEnabled"}


class TeamsAdapter(Adapter):
    kind = "teams"
    name = say_later("Microsoft Teams")
    blurb = say_later("Posts each post as a card to a channel or chat of Teams, through a workflow of yours.")
    fields = (
        Field(
            "address",
            say_later("Address of the workflow"),
            say_later(
                "In Teams: Workflows, then the template that posts to a channel when a webhook request is received. "
                "Whoever has it can post there."
            ),
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
        return card.message(runs.message_of(content), content.language)

    def preview(self, payload: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Part, ...]:
        size = len(json.dumps(payload, ensure_ascii=False).encode())
        return (Part(card.words_of(dict(payload)), size, MOST_BYTES, "bytes"),)

    def problems(self, content: Content, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return posting.too_long(self.preview(self.compose(content, "publish", settings), settings))

    def send(self, parcel: Parcel, call: Call) -> Sent:
        posting.hold_to(self.preview(parcel.payload, parcel.settings))
        answer = posting.ask(call, parcel, "POST", parcel.secrets["address"], parcel.payload)
        if answer.status == 202 or answer.status == 200 and answer.body.strip() == b"1":
            return Sent()
        raise _trouble(answer, call)

    def test(self, parcel: Parcel, call: Call) -> str:
        """Every request with its signature starts the workflow: this one goes without, and tells of the host alone."""
        address = parcel.secrets["address"].partition("?")[0]
        answer = posting.ask(call, parcel, "GET", address)
        if answer.status >= 500:
            raise _trouble(answer, call)
        return "The host answers. A workflow cannot be tried without posting: the first post shows whether it works."


def _trouble(answer: Answer, call: Call) -> Trouble:
    if answer.status == 200:
        return Unclear(
            "The receiver answered without saying that it took the post: look whether it is there."
        )
    error = posting.told(answer).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if code in GONE:
        return posting.webhook_gone()
    if code in OFF:
        return Revoked("The workflow is switched off in Teams. Switch it on, then let this account go on.")
    if answer.status in {401, 403}:
        return posting.webhook_barred("Teams")
    if answer.status == 413:
        return Rejected("The server takes no message as long as this. Write a shorter text for this account.")
    return posting.trouble(answer, call)
