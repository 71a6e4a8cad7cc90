"""Pushes each post to a topic of ntfy. Source: ntfy documentation, "Publishing" ("Publish as JSON", "Limitations").

Newer servers (2.16) know a `sequence_id`, by which apps put a later message in the place of an earlier one, and
by which it can be deleted. It does not make a repeat harmless: every message is pushed, and older servers ignore it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

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
)
from calendar_app.errors import Refused
from calendar_app.languages import say, say_later
from calendar_app.posts.text import cut, to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calendar_app.outbound import Answer

SERVER = "https://ntfy.sh"
# "Limitations", message length; what is longer becomes a file.
MOST_BYTES = 4096
# A title may have 1,024 bytes (release notes of 2.28): this many characters always fit.
LONGEST_TITLE = 250
TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")


class NtfyAdapter(Adapter):
    kind = "ntfy"
    name = say_later("ntfy")
    blurb = say_later("Pushes each post to phones and browsers that listen to a topic.")
    fields = (
        Field(
            "topic",
            say_later("Topic"),
            say_later(
                "Letters, digits, - and _. Whoever knows it can listen, so choose one that you can print."
            ),
        ),
        Field(
            "server",
            say_later("Server"),
            say_later("Leave it empty for ntfy.sh, or write the address of a server of your own."),
            required=False,
        ),
        Field(
            "token",
            say_later("Access token"),
            say_later(
                "Begins with tk_. Without it others may write to the topic as well, if the server lets them."
            ),
            secret=True,
            required=False,
        ),
    )
    can_withdraw = True

    def check(
        self, settings: Mapping[str, Any], secrets: Mapping[str, str], allowed_networks: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        errors = {}
        topic, server = str(settings.get("topic") or ""), str(settings.get("server") or "").rstrip("/")
        if not TOPIC.fullmatch(topic):
            errors["settings.topic"] = say("Write 1 to 64 letters (a to z), digits, - or _.")
        problem = posting.wrong_address(server, allowed_networks) if server else None
        if problem:
            errors["settings.server"] = problem
        if not re.fullmatch(r"[!-~]*", secrets.get("token", "")):
            errors["secrets.token"] = say("Copy the whole token; it has no blanks.")
        if errors:
            raise Refused(errors)
        return {"topic": topic, "server": server}, dict(secrets)

    def compose(self, content: Content, action: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        if action == "withdraw":
            return {}
        text = to_plain(content.text)
        # With pictures a tap leads to the page that shows them, and the link is told in the text.
        link = content.link if content.pictures and content.link not in text else ""
        message = "\n\n".join(piece for piece in (text, link) if piece)
        payload = {
            "topic": settings["topic"],
            "message": message or content.title,
            "click": content.url if content.pictures else content.link or content.url,
            "sequence_id": content.uuid,
        }
        return (
            {**payload, "title": cut(content.title, LONGEST_TITLE)} if content.title and message else payload
        )

    def preview(self, payload: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Part, ...]:
        message = str(payload.get("message", ""))
        seen = "\n\n".join(piece for piece in (str(payload.get("title", "")), message) if piece)
        return (Part(seen, len(message.encode()), MOST_BYTES, "bytes"),)

    def problems(self, content: Content, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return posting.too_long(self.preview(self.compose(content, "publish", settings), settings))

    def send(self, parcel: Parcel, call: Call) -> Sent:
        if parcel.action == "withdraw":
            return _delete(parcel, call)
        posting.hold_to(self.preview(parcel.payload, parcel.settings))
        told = _asked(parcel, call, "POST", "/", parcel.payload)
        number = posting.named(told.get("id"))
        known = told.get("sequence_id") == parcel.payload["sequence_id"]
        notes = {"sequence": parcel.payload["sequence_id"]} if known else {}
        return Sent(number, f"{_server(parcel)}/{parcel.settings['topic']}", notes)

    def test(self, parcel: Parcel, call: Call) -> str:
        """ "Account": everybody may ask who they are; a token that does not work is refused."""
        _asked(parcel, call, "GET", "/v1/account", None)
        return "The server answers and refuses nothing. Whether it takes messages for this topic, the first post shows."


def _delete(parcel: Parcel, call: Call) -> Sent:
    posting.published_id(parcel)
    sequence = (parcel.published.get("notes") or {}).get("sequence")
    if not sequence:
        raise Rejected("This server cannot take a message back: that needs ntfy 2.16 or newer.")
    with posting.harmless_to_repeat():
        _asked(parcel, call, "DELETE", f"/{parcel.settings['topic']}/{sequence}", None)
    return Sent()


def _asked(
    parcel: Parcel, call: Call, method: str, path: str, payload: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What a good answer says. Raises a Trouble for every other."""
    token = parcel.secrets.get("token")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = posting.ask(call, parcel, method, _server(parcel) + path, payload, **headers)
    if not 200 <= answer.status < 300:
        raise _trouble(answer, call)
    return posting.told(answer)


def _trouble(answer: Answer, call: Call) -> Trouble:
    """Errors carry a code of their own, of which the first three digits are the status: the status tells enough."""
    if answer.status == 403:
        return Revoked("The server does not let this account write to the topic. Enter a token that may.")
    if answer.status == 413:
        return Rejected("The server takes no message as long as this. Write a shorter text for this account.")
    return posting.trouble(answer, call)


def _server(parcel: Parcel) -> str:
    return str(parcel.settings.get("server") or SERVER)
