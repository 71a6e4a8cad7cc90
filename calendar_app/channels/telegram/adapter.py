"""Writes each post into a Telegram channel or group, by a bot that the team makes. Source: Telegram Bot API."""

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
    Revoked,
    Sent,
    Trouble,
    Unclear,
)
from calendar_app.channels.telegram import markup
from calendar_app.errors import Refused
from calendar_app.languages import say, say_later

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calendar_app.outbound import Answer

SERVER = "https://api.telegram.org"
# Telegram Bot API, sendMessage.
MOST = 4096
TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{20,100}")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
CHAT = re.compile(rf"@{NAME.pattern}|-?\d{{1,20}}")
# How a supergroup's or channel's number begins that is not an address of its own.
INNER = "-100"


class TelegramAdapter(Adapter):
    kind = "telegram"
    name = say_later("Telegram")
    blurb = say_later("Writes each post into a Telegram channel or group, as a bot of yours.")
    fields = (
        Field(
            "chat",
            say_later("Channel or group"),
            say_later("Its public name, such as @roadworks, or its number, such as -1001234567890."),
        ),
        Field(
            "token",
            say_later("Token of the bot"),
            say_later("From @BotFather. Then make the bot an administrator who may post messages."),
            secret=True,
        ),
        Field(
            "server",
            say_later("Bot API server"),
            say_later("Only if you run one of your own. Leave it empty for Telegram's."),
            required=False,
        ),
    )
    can_withdraw = True

    def check(
        self, settings: Mapping[str, Any], secrets: Mapping[str, str], allowed_networks: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        errors = {}
        chat, server = str(settings.get("chat") or ""), str(settings.get("server") or "").rstrip("/")
        if not CHAT.fullmatch(chat):
            errors["settings.chat"] = say("Write a name that begins with @, or the number of the chat.")
        if not TOKEN.fullmatch(secrets.get("token", "")):
            errors["secrets.token"] = say(
                "This is no token of a bot. It looks like 123456789:AAF… ; copy it whole."
            )
        problem = posting.wrong_address(server, allowed_networks) if server else None
        if problem:
            errors["settings.server"] = problem
        if errors:
            raise Refused(errors)
        return {"chat": chat, "server": server}, dict(secrets)

    def compose(self, content: Content, action: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        if action == "withdraw":
            return {"chat_id": settings["chat"]}
        payload: dict[str, Any] = {"chat_id": settings["chat"], "parse_mode": "HTML"}
        if content.pictures:
            payload["link_preview_options"] = {"url": content.url}
        return {**payload, "texts": markup.written(runs.message_of(content), MOST)}

    def preview(self, payload: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Part, ...]:
        texts = payload.get("texts", ())
        return tuple(Part(markup.seen(text), markup.count(text), MOST, "characters") for text in texts)

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
        told = {name: value for name, value in parcel.payload.items() if name != "texts"}
        chats: list[object] = []

        def send_one(text: str) -> str:
            found = _asked(parcel, call, "sendMessage", {**told, "text": text})
            message = found if isinstance(found, dict) else {}
            chats.append(message.get("chat"))
            return posting.named(_number(message.get("message_id")))

        sent = paging.send_pages(parcel, call, texts, send_one, lambda number: _delete(parcel, call, number))
        return Sent(sent[0], _address(chats[-1] if chats else None, sent[0]), {"pages": sent})

    def test(self, parcel: Parcel, call: Call) -> str:
        _asked(parcel, call, "getChat", {"chat_id": parcel.settings["chat"]})
        return "Telegram knows the bot and this chat. Whether the bot may post there, the first post shows."


def _delete(parcel: Parcel, call: Call, number: str) -> None:
    """Telegram Bot API, deleteMessage: only within 48 hours."""
    with posting.harmless_to_repeat():
        _asked(
            parcel, call, "deleteMessage", {"chat_id": parcel.payload["chat_id"], "message_id": int(number)}
        )


def _asked(parcel: Parcel, call: Call, method: str, payload: Mapping[str, Any]) -> Any:
    """The `result` of one method. Raises a Trouble for every answer that is not ok."""
    server = parcel.settings.get("server") or SERVER
    answer = posting.ask(call, parcel, "POST", f"{server}/bot{parcel.secrets['token']}/{method}", payload)
    told = posting.told(answer)
    if answer.status == 200 and told.get("ok") is True:
        return told.get("result")
    if method == "deleteMessage" and "message to delete not found" in str(told.get("description")):
        return True
    raise _trouble(answer, told, call)


def _trouble(answer: Answer, told: Mapping[str, Any], call: Call) -> Trouble:
    """Telegram Bot API, "Making requests": ok, error_code, description, parameters."""
    said = str(told.get("description", "")).lower()
    parameters = told.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    if answer.status == 200:
        return Unclear(
            "The receiver answered without naming the message: it may or may not have taken the post."
        )
    if answer.status == 404 and "ok" in told or answer.status == 401:
        return posting.revoked()
    if "migrate_to_chat_id" in parameters:
        number = str(parameters["migrate_to_chat_id"])[:25]
        return Revoked(f"This group has got another number in Telegram. Enter {number} as the chat.")
    if "chat not found" in said or "chat_id is empty" in said:
        return Revoked(
            "Telegram knows no such chat, or the bot is not in it. Check its name, and add the bot."
        )
    if (
        answer.status == 403
        or "not enough rights" in said
        or "have no rights" in said
        or "administrator" in said
    ):
        return Revoked("Telegram does not let the bot write there. Make it an administrator who may post.")
    if "can't be deleted" in said:
        return Rejected("Telegram lets a bot delete a message for 48 hours only. Delete it in the chat.")
    return posting.trouble(answer, call, posting.in_seconds(call, parameters.get("retry_after")))


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _address(chat: object, number: str) -> str:
    """Where the message can be opened; nothing for a chat that has no addresses."""
    known = chat if isinstance(chat, dict) else {}
    if NAME.fullmatch(name := str(known.get("username", ""))):
        return f"https://t.me/{name}/{number}"
    if (inner := str(known.get("id", ""))).startswith(INNER):
        return f"https://t.me/c/{inner.removeprefix(INNER)}/{number}"
    return ""
