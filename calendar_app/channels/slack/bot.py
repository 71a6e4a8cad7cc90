"""Writes each post into a Slack channel as a bot, which finds its messages again and can delete them.

Sources: Slack developer documentation, "chat.postMessage", "Using message metadata", "conversations.history" (with
include_all_metadata), "chat.delete" and "Rate limits". The delivery's key goes along in the metadata: nobody sees it,
and after a lost answer the channel's history tells whether the message is there.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from calendar_app.channels import posting
from calendar_app.channels.adapter import (
    Call,
    Content,
    Parcel,
    Rejected,
    Revoked,
    Sent,
    Trouble,
    Unclear,
    Unsure,
)
from calendar_app.channels.slack.message import SlackMessages
from calendar_app.errors import Refused
from calendar_app.languages import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calendar_app.outbound import Answer

API = "https://slack.com/api"
CHANNEL = re.compile(r"[CG][A-Z0-9]{6,20}")
TOKEN = re.compile(r"xoxb-[A-Za-z0-9-]{10,250}")
EVENT = "sluice_delivery"
# Our clock and theirs, and a person who sends again.
EARLIER = timedelta(hours=1)
AT_ONCE, MOST_PAGES = 100, 10
DEAD = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}
BARRED = {
    "not_in_channel", "channel_not_found", "is_archived", "missing_scope", "no_permission", "access_denied",
    "restricted_action", "restricted_action_read_only_channel", "not_allowed_token_type", "ekm_access_denied",
}  # fmt: skip
BUSY = {"ratelimited", "rate_limited", "message_limit_exceeded"}
STUMBLED = {"internal_error", "fatal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
TOO_MANY = "The channel has had too many messages since to find this post again."


class SlackBot(SlackMessages):
    can_look = True
    can_withdraw = True

    def check(
        self, settings: Mapping[str, Any], secrets: Mapping[str, str], allowed_networks: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        errors = {}
        channel, server = str(settings.get("channel") or ""), str(settings.get("server") or "").rstrip("/")
        if not CHANNEL.fullmatch(channel):
            errors["settings.channel"] = say(
                "Write the ID of the channel, such as C0123456789, not its name."
            )
        if not TOKEN.fullmatch(secrets.get("token", "")):
            errors["secrets.token"] = say("This is no token of a bot. It begins with xoxb- ; copy it whole.")
        if server and (problem := posting.wrong_address(server, allowed_networks)):
            errors["settings.server"] = problem
        if errors:
            raise Refused(errors)
        return {"channel": channel, "server": server}, {"token": secrets["token"]}

    def compose(self, content: Content, action: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        channel = {"channel": settings["channel"]}
        return channel if action == "withdraw" else {**channel, **super().compose(content, action, settings)}

    def send(self, parcel: Parcel, call: Call) -> Sent:
        if parcel.action == "withdraw":
            return _delete(parcel, call)
        posting.hold_to(self.preview(parcel.payload, parcel.settings))
        mark = {"event_type": EVENT, "event_payload": {"id": parcel.key}}
        told = _asked(parcel, call, "chat.postMessage", {**parcel.payload, "metadata": mark})
        return Sent(posting.named(told.get("ts")))

    def look(self, parcel: Parcel, call: Call) -> Sent | None:
        query: dict[str, Any] = {
            "channel": parcel.payload["channel"],
            "oldest": f"{(parcel.due_at - EARLIER).timestamp():.6f}",
            "include_all_metadata": "true",
            "limit": AT_ONCE,
        }
        for _ in range(MOST_PAGES):
            told = _history(parcel, call, query)
            for message in _dicts(told.get("messages")):
                if _key_of(message) == parcel.key:
                    return Sent(posting.named(message.get("ts")))
            query["cursor"] = _dict(told.get("response_metadata")).get("next_cursor")
            if not query["cursor"]:
                return None
        raise Unsure(TOO_MANY)

    def test(self, parcel: Parcel, call: Call) -> str:
        """Reading the channel proves the token, the invitation, and that what was sent can be found again."""
        _history(parcel, call, {"channel": parcel.settings["channel"], "limit": 1})
        return "Slack knows the bot and lets it read this channel. Whether it may post there, the first post shows."


def _delete(parcel: Parcel, call: Call) -> Sent:
    """chat.delete; a message that is not there any more is deleted."""
    told = {"channel": parcel.payload["channel"], "ts": posting.published_id(parcel)}
    with posting.harmless_to_repeat():
        _asked(parcel, call, "chat.delete", told, fine="message_not_found")
    return Sent()


def _history(parcel: Parcel, call: Call, query: Mapping[str, Any]) -> dict[str, Any]:
    with posting.harmless_to_repeat():
        address = f"{_api(parcel)}/conversations.history?{urlencode(query)}"
        return _good(posting.read(call, parcel, address, authorization=_bearer(parcel)), call)


def _asked(
    parcel: Parcel, call: Call, method: str, payload: Mapping[str, Any], *, fine: str = ""
) -> dict[str, Any]:
    """`fine`: an error that means that all is well."""
    bearer = _bearer(parcel)
    answer = posting.ask(call, parcel, "POST", f"{_api(parcel)}/{method}", payload, authorization=bearer)
    return _good(answer, call, fine)


def _good(answer: Answer, call: Call, fine: str = "") -> dict[str, Any]:
    """What a good answer says. Slack tells most of what goes wrong with a 200. Raises a Trouble."""
    told = posting.told(answer)
    error = str(told.get("error") or "")[:80]
    if answer.status == 200 and (told.get("ok") is True or error and error == fine):
        return told
    raise _trouble(answer, error, call)


def _trouble(answer: Answer, error: str, call: Call) -> Trouble:
    if error in DEAD:
        return posting.revoked()
    if error in BARRED:
        return Revoked(
            f"Slack does not let the bot use this channel ({error}). Invite it, and give it the right."
        )
    if error in BUSY:
        return posting.busy(answer, call)
    if error in STUMBLED:
        return Unclear(f"Slack stumbled ({error}): it may or may not have taken the post.")
    if answer.status == 200 and error:
        return Rejected(f"Slack refused the post ({error}).")
    if answer.status == 200:
        return Unclear(
            "The receiver answered without naming the message: it may or may not have taken the post."
        )
    return posting.trouble(answer, call)


def _key_of(message: Mapping[str, Any]) -> object:
    mark = _dict(message.get("metadata"))
    return _dict(mark.get("event_payload")).get("id") if mark.get("event_type") == EVENT else None


def _api(parcel: Parcel) -> str:
    return parcel.settings.get("server") or API


def _bearer(parcel: Parcel) -> str:
    return f"Bearer {parcel.secrets['token']}"


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
