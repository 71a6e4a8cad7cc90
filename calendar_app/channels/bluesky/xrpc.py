"""One call to a server of the AT Protocol, and what its refusals mean for a post."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from calendar_app.channels import answers
from calendar_app.channels.adapter import Call, NotSent, Parcel, Rejected, Trouble, Unclear

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_app.outbound import Answer

# What a server says of a token that it does not take (any more); the PDS answers 400 to these, not 401.
BAD_TOKEN = {"ExpiredToken", "InvalidToken"}
LONGEST_MESSAGE = 200


@dataclass(frozen=True)
class Reply:
    """`error` is the error's name in the protocol, `data` the body; both are empty when it was no JSON object."""

    status: int
    headers: Mapping[str, str]
    data: Mapping[str, Any]

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def error(self) -> str:
        return self.text("error")

    @property
    def refuses_token(self) -> bool:
        return self.status == 401 or (self.status == 400 and self.error in BAD_TOKEN)

    def text(self, name: str) -> str:
        found = self.data.get(name)
        return found if isinstance(found, str) else ""


def ask(
    call: Call,
    parcel: Parcel,
    name: str,
    *,
    query: Mapping[str, str] | None = None,
    data: Mapping[str, Any] | None = None,
    blob: tuple[bytes, str] | None = None,
    token: str = "",
) -> Reply:
    """A question or a preparation: no reader sees anything of it, so a lost answer is certainly no post.

    GET with `query`, else POST with `data` as JSON, with `blob` (bytes, media type), or with nothing. Raises NotSent.
    """
    quiet = replace(call, before_first_byte=_nothing)
    body, kind = blob or ((_json(data), "application/json") if data is not None else (b"", ""))
    try:
        return _exchange(quiet, parcel, name, query, body, kind, token)
    except Unclear as lost:
        raise NotSent(lost.reason) from lost


def write(call: Call, parcel: Parcel, name: str, data: Mapping[str, Any], token: str) -> Reply:
    """A call that readers may see the effect of. Raises NotSent or Unclear."""
    return _exchange(call, parcel, name, None, _json(data), "application/json", token)


def trouble(reply: Reply, call: Call, *, published: bool) -> Trouble:
    """What a refusal means; `published`: the call was one whose effect readers may see."""
    status = reply.status
    usual = answers.usual_trouble(status, reply.headers, call)
    if usual and (published or not isinstance(usual, Unclear)):
        return usual
    if status in {400, 403, 413, 415, 422}:
        return Rejected(f"The receiver refused the post ({status}). {said_by(reply)}".strip())
    return NotSent(f"The receiver answered {status}. {said_by(reply)}".strip())


def said_by(reply: Reply) -> str:
    """The server's own words on one line, or nothing."""
    return " ".join((reply.text("message") or reply.error).split())[:LONGEST_MESSAGE]


def _exchange(
    call: Call,
    parcel: Parcel,
    name: str,
    query: Mapping[str, str] | None,
    body: bytes,
    kind: str,
    token: str,
) -> Reply:
    address = f"{parcel.settings['service']}/xrpc/{name}"
    headers = {"accept": "application/json"}
    if kind:
        headers["content-type"] = kind
    if token:
        headers["authorization"] = f"Bearer {token}"
    if query is not None:
        address = f"{address}?{urlencode(query)}"
    answer = answers.ask(call, parcel, "POST" if query is None else "GET", address, headers, body)
    return Reply(answer.status, answer.headers, _object(answer))


def _object(answer: Answer) -> Mapping[str, Any]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _json(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _nothing() -> None:
    """Such a call may leave at any moment: its deadline is kept all the same."""
