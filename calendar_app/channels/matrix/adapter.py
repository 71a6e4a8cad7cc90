"""Writes each post into a Matrix room. Source: Matrix specification, Client-Server API 1.18."""

from __future__ import annotations

import hashlib
import html
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from calendar_app.channels import posting
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
from calendar_app.errors import Refused
from calendar_app.languages import say, say_later
from calendar_app.posts.text import to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calendar_app.outbound import Answer

API = "/_matrix/client/v3"
ROOM = re.compile(r"![^\s/?#]{1,254}")
# "Size limits": a whole event is at most 65,536 bytes; the server adds ids, hashes and signatures to ours.
MOST_BYTES = 60_000
# "Transaction identifiers": a repeat is recognised, it does not say for how long. Dendrite forgets after 30 minutes,
# Synapse after a day.
REMEMBERED = timedelta(minutes=25)
BARRED = {"M_USER_LOCKED", "M_USER_SUSPENDED", "M_USER_DEACTIVATED"}


class MatrixAdapter(Adapter):
    kind = "matrix"
    name = say_later("Matrix")
    blurb = say_later("Writes each post into a room on any Matrix server.")
    fields = (
        Field(
            "server",
            say_later("Server"),
            say_later("The address of the home server, such as https://matrix.example.org."),
        ),
        Field(
            "room",
            say_later("Room"),
            say_later(
                "Its internal number, from the settings of the room under Advanced: "
                "an exclamation mark and what follows. Take a room without encryption."
            ),
        ),
        Field(
            "token",
            say_later("Access token"),
            say_later("Of a user made for Sluice who has joined the room."),
            secret=True,
        ),
    )
    keyed = True
    can_withdraw = True

    def check(
        self, settings: Mapping[str, Any], secrets: Mapping[str, str], allowed_networks: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        errors = {}
        server, room = str(settings.get("server") or "").rstrip("/"), str(settings.get("room") or "")
        if problem := posting.wrong_address(server, allowed_networks):
            errors["settings.server"] = problem
        if not ROOM.fullmatch(room):
            errors["settings.room"] = say(
                "Write the internal number of the room; it begins with an exclamation mark."
            )
        if not re.fullmatch(r"[!-~]{8,}", secrets.get("token", "")):
            errors["secrets.token"] = say("Copy the whole token; it has no blanks.")
        if errors:
            raise Refused(errors)
        return {"server": server, "room": room}, dict(secrets)

    def compose(self, content: Content, action: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        if action == "withdraw":
            return {}
        return {
            "msgtype": "m.text",
            "body": _plain(content),
            "format": "org.matrix.custom.html",
            "formatted_body": _formatted(content),
            # Said so that nobody is called by a name that happens to stand in the text.
            "m.mentions": {},
        }

    def preview(self, payload: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Part, ...]:
        size = len(json.dumps(payload, ensure_ascii=False).encode())
        return (Part(str(payload.get("body", "")), size, MOST_BYTES, "bytes"),)

    def problems(self, content: Content, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return posting.too_long(self.preview(self.compose(content, "publish", settings), settings))

    def send(self, parcel: Parcel, call: Call) -> Sent:
        if parcel.action == "withdraw":
            event = quote(posting.published_id(parcel), safe="")
            _asked(parcel, call, "PUT", f"{_room(parcel)}/redact/{event}/{parcel.key}", parcel.payload)
            return Sent()
        posting.hold_to(self.preview(parcel.payload, parcel.settings))
        _refuse_forgotten(parcel, call)
        try:
            told = _asked(
                parcel, call, "PUT", f"{_room(parcel)}/send/m.room.message/{parcel.key}", parcel.payload
            )
            event = posting.named(told.get("event_id"))
        except Unclear as unclear:
            raise Unclear(unclear.reason, after=unclear.after, notes={"token": _print(parcel)}) from unclear
        room = parcel.settings["room"]
        return Sent(external_id=event, external_url=f"https://matrix.to/#/{quote(room)}/{quote(event)}")

    def test(self, parcel: Parcel, call: Call) -> str:
        told = _asked(parcel, call, "GET", "/account/whoami", None)
        posting.named(told.get("user_id"))
        return "The server knows this token. Whether its user may write in the room, the first post shows."


def _plain(content: Content) -> str:
    pieces = (content.title, to_plain(content.text), *_addresses(content))
    return "\n\n".join(piece for piece in pieces if piece)


def _formatted(content: Content) -> str:
    """The post's own HTML: all its tags are among those that the specification lets clients show."""
    title = f"<p><strong>{html.escape(content.title)}</strong></p>\n" if content.title else ""
    links = [f'<p><a href="{html.escape(one)}">{html.escape(one)}</a></p>' for one in _addresses(content)]
    return title + content.html + "\n".join(links)


def _addresses(content: Content) -> list[str]:
    """What follows the text: the link, and the page where the pictures are."""
    found = [content.link, content.url if content.pictures else ""]
    return [one for one in dict.fromkeys(found) if one and one not in content.text]


def _refuse_forgotten(parcel: Parcel, call: Call) -> None:
    """A repeat is harmless only to the same login, and only while the server remembers the first attempt."""
    if not parcel.ambiguous:
        return
    other_login = parcel.notes.get("token", _print(parcel)) != _print(parcel)
    if other_login or call.now() > parcel.due_at + REMEMBERED:
        raise Rejected("The server may have forgotten the first attempt, so a repeat could appear twice.")


def _print(parcel: Parcel) -> str:
    """Tells one token from another, and nothing else."""
    return hashlib.sha256(parcel.secrets["token"].encode()).hexdigest()[:12]


def _room(parcel: Parcel) -> str:
    return f"/rooms/{quote(parcel.settings['room'], safe='')}"


def _asked(
    parcel: Parcel, call: Call, method: str, path: str, payload: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What a good answer says. Raises a Trouble for every other."""
    bearer = f"Bearer {parcel.secrets['token']}"
    answer = posting.ask(
        call, parcel, method, f"{parcel.settings['server']}{API}{path}", payload, authorization=bearer
    )
    told = posting.told(answer)
    if answer.status != 200:
        raise _trouble(answer, told, call)
    return told


def _trouble(answer: Answer, told: Mapping[str, Any], call: Call) -> Trouble:
    """ "Standard error response": errcode and error; "Rate limiting": Retry-After, before it retry_after_ms."""
    code = told.get("errcode")
    if code in BARRED:
        return Revoked("The server has locked or suspended this user. Ask those who run it.")
    if answer.status == 403 and code == "M_FORBIDDEN":
        return Revoked(
            "The server does not let this user do that in the room. Let it join, and give it the right."
        )
    if answer.status == 413 or code == "M_TOO_LARGE":
        return Rejected("The server takes no message as long as this. Write a shorter text for this account.")
    wait = told.get("retry_after_ms")
    after = wait / 1000 if isinstance(wait, (int, float)) and not isinstance(wait, bool) else None
    return posting.trouble(answer, call, posting.in_seconds(call, after))
