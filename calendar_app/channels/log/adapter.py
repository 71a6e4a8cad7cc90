"""Writes a line to the log instead of telling the world: the harmless default outside production."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from calendar_app.channels.adapter import Adapter, Call, Content, Parcel, Sent
from calendar_app.languages import say_later

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

log = logging.getLogger("sluice.log_channel")


class LogAdapter(Adapter):
    kind = "log"
    public_links = False
    name = say_later("Log")
    blurb = say_later(
        "Writes a line to Sluice's own log. Nobody outside sees it: good for trying things out."
    )
    keyed = True
    parallel = True
    can_withdraw = True

    def check(
        self, settings: Mapping[str, Any], secrets: Mapping[str, str], allowed_networks: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        return {}, {}

    def compose(self, content: Content, action: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {"action": action, "title": content.title, "text": content.text, "url": content.url}

    def send(self, parcel: Parcel, call: Call) -> Sent:
        call.before_first_byte()
        log.info(
            "%s: %s", parcel.payload["action"], parcel.payload["title"] or parcel.payload["text"][:80],
            extra={"post": parcel.post_uuid, "delivery": parcel.key},
        )  # fmt: skip
        return Sent(external_id=parcel.key)

    def test(self, parcel: Parcel, call: Call) -> str:
        log.info("test of the account %s", parcel.payload["account"], extra={"delivery": parcel.key})
        return "A line was written to Sluice's log."
