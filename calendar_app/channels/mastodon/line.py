"""Requests to a server with the Mastodon API, and what its answers mean.

Source: docs.joinmastodon.org/client/intro, /api/rate-limits and /entities/Error.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from calendar_app.channels import answers, posting
from calendar_app.channels.adapter import NotSent, Rejected, Revoked, Trouble, Unclear

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_app.channels.adapter import Call, Parcel
    from calendar_app.outbound import Answer

LONGEST_SENTENCE = 300
# Forty statuses, each with the whole of its account.
MOST_BYTES = 2_000_000


@dataclass(frozen=True)
class Line:
    """The way to one account's server. `publishes` asks with the signal that a first byte leaves; others do not."""

    parcel: Parcel
    call: Call

    @property
    def server(self) -> str:
        return str(self.parcel.settings["server"])

    def ask(self, method: str, path: str) -> Answer:
        """A question, or a change that nobody sees: asked again when no answer comes."""
        with posting.harmless_to_repeat():
            return self._send(self._quietly(), method, path, {}, b"", max_bytes=MOST_BYTES)

    def tell(self, path: str, payload: Mapping[str, Any]) -> Answer:
        """POST of JSON that publishes nothing."""
        with posting.harmless_to_repeat():
            return self._send(self._quietly(), "POST", path, *_as_json(payload))

    def publish(self, key: str, path: str, payload: Mapping[str, Any]) -> Answer:
        """POST of JSON that readers will see. Raises Unclear when it may have arrived."""
        headers, body = _as_json(payload)
        return self._send(self.call, "POST", path, {**headers, "idempotency-key": key}, body)

    def delete(self, key: str, path: str) -> Answer:
        """DELETE, which does no harm when it is done twice."""
        with posting.harmless_to_repeat():
            return self._send(self.call, "DELETE", path, {"idempotency-key": key}, b"")

    def upload(
        self, path: str, fields: Mapping[str, str], name: str, media_type: str, content: bytes
    ) -> Answer:
        """POST of a form with one file (RFC 7578)."""
        headers, body = _as_form(fields, name, media_type, content)
        with posting.harmless_to_repeat():
            return self._send(self._quietly(), "POST", path, headers, body)

    def _send(
        self,
        call: Call,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        max_bytes: int = 65536,
    ) -> Answer:
        token = self.parcel.secrets.get("token")
        named = {"accept": "application/json", **headers}
        if token:
            named["authorization"] = f"Bearer {token}"
        return answers.ask(
            call, self.parcel, method, f"{self.server}{path}", named, body, max_bytes=max_bytes
        )

    def _quietly(self) -> Call:
        return replace(self.call, before_first_byte=lambda: None)


def listed(answer: Answer) -> list[dict[str, Any]] | None:
    """The JSON list of objects that was answered; None for anything else."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else None


def good(answer: Answer) -> bool:
    return 200 <= answer.status < 300


def trouble(answer: Answer, call: Call) -> Trouble:
    """What an answer that is no success means."""
    said = error_of(answer)
    if answer.status == 403:
        return Revoked(f"The server does not let this account post: {said}" if said else _NOT_LET)
    if answer.status == 422:
        return Rejected(
            f"The server refused the post: {said}" if said else "The receiver refused the post (422)."
        )
    return posting.trouble(answer, call)


def read_trouble(answer: Answer, call: Call) -> Trouble:
    """The same for a question: nothing can have arrived by it, and the next one may go better."""
    found = trouble(answer, call)
    return (
        found if isinstance(found, Revoked | NotSent) else NotSent(f"The receiver answered {answer.status}.")
    )


def harmless_trouble(answer: Answer, call: Call) -> Trouble:
    """The same for an upload or a deletion, which may be made twice."""
    found = trouble(answer, call)
    return NotSent(f"The receiver answered {answer.status}.") if isinstance(found, Unclear) else found


def error_of(answer: Answer) -> str:
    """What the server says went wrong, on one line."""
    told = posting.told(answer)
    said = told.get("error_description") or told.get("error")
    return " ".join(str(said).split())[:LONGEST_SENTENCE] if isinstance(said, str) else ""


_NOT_LET = "The server does not let this account post. Connect it anew with the rights to write."


def _as_json(payload: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    return {"content-type": "application/json"}, body


def _as_form(
    fields: Mapping[str, str], name: str, media_type: str, content: bytes
) -> tuple[dict[str, str], bytes]:
    boundary = f"sluice-{uuid.uuid4().hex}"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    parts.append(f"{head}Content-Type: {media_type}\r\n\r\n".encode() + content + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return {"content-type": f"multipart/form-data; boundary={boundary}"}, b"".join(parts)
