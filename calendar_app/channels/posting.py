"""JSON sent to a chat service, and what its answers mean where the service says nothing special itself."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from calendar_app import outbound as world
from calendar_app.channels import answers
from calendar_app.channels.adapter import Gone, NotSent, Rejected, Revoked, Trouble, Unclear
from calendar_app.languages import grouped, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from calendar_app.channels.adapter import Call, Parcel, Part
    from calendar_app.outbound import Answer

LONGEST_LIST = 4_000_000


def ask(
    call: Call, parcel: Parcel, method: str, address: str, payload: Mapping[str, Any] | None = None,
    **headers: str,
) -> Answer:  # fmt: skip
    """One request, with JSON where there is a payload. Raises NotSent or Unclear; any status is an answer.

    Every attempt names the delivery: no chat service heeds that today, but it is what their logs can be asked for.
    """
    body = b"" if payload is None else json.dumps(payload, ensure_ascii=False).encode()
    named = {"idempotency-key": parcel.key, **headers}
    if payload is not None:
        named["content-type"] = "application/json"
    return answers.ask(call, parcel, method, address, named, body)


def read(call: Call, parcel: Parcel, address: str, **headers: str) -> Answer:
    """A list to look through: its answer may be long. Raises NotSent; any status is an answer."""
    with harmless_to_repeat():
        named = {"idempotency-key": parcel.key, **headers}
        return answers.ask(call, parcel, "GET", address, named, b"", max_bytes=LONGEST_LIST)


def told(answer: Answer) -> dict[str, Any]:
    """The JSON object that was answered; an empty one where there is none."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def named(value: object) -> str:
    """The service's own name of what it took. Raises Unclear when it gave none: a status alone proves nothing."""
    if isinstance(value, (int, str)) and not isinstance(value, bool) and value != "":
        return str(value)[:500]
    raise Unclear("The receiver answered without naming the message: it may or may not have taken the post.")


def trouble(answer: Answer, call: Call, after: datetime | None = None) -> Trouble:
    """What a status that is no success means anywhere. `after`: when the body says to come again."""
    status = answer.status
    if usual := answers.usual_trouble(status, answer.headers, call, after=after):
        return usual
    if status == 401:
        return revoked()
    if 200 <= status < 300 or status in {404, 408, 421, 425}:
        return NotSent(f"The receiver answered {status}.")
    return Rejected(f"The receiver refused the post ({status}).")


def busy(answer: Answer, call: Call) -> Trouble:
    """For a service that says so in words, whatever its status."""
    return NotSent(
        f"The receiver is busy ({answer.status}).", after=answers.not_before(answer.headers, call.now())
    )


def revoked() -> Trouble:
    return Revoked("The key of this account no longer works. Enter a new one.")


def webhook_gone() -> Trouble:
    return Gone("There is no such webhook any more. Make a new one and enter its address.")


def webhook_barred(service: str) -> Trouble:
    """`service` is one word."""
    return Revoked(
        f"{service} does not let this webhook post any more. Look at its settings, or make a new one."
    )


def in_seconds(call: Call, seconds: object) -> datetime | None:
    """The instant that a service names in its body, at most a day ahead; nothing for what is no number."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds >= 0:
        return None
    most = answers.LONGEST_WAIT.total_seconds()
    return call.now() + timedelta(seconds=min(float(seconds), most))


@contextmanager
def harmless_to_repeat() -> Iterator[None]:
    """Around a call that may be made twice (deleting a message, say): a lost answer is asked for again."""
    try:
        yield
    except Unclear as unclear:
        raise NotSent(unclear.reason, after=unclear.after, notes=unclear.notes) from unclear


def published_id(parcel: Parcel) -> str:
    """What the publication was called. Raises Rejected where nobody knows."""
    found = str(parcel.published.get("external_id") or "")
    if not found:
        raise Rejected("Sluice does not know which message this was. Delete it where it stands.")
    return found


def hold_to(parts: Sequence[Part]) -> None:
    """Raises Rejected for a message that the service would refuse or cut."""
    if not any(part.text.strip() for part in parts):
        raise Rejected("This post has no words to send. Give it a title or a text.")
    for part in parts:
        if part.count > part.most:
            raise Rejected(
                f"This is {part.count:,} {part.unit} long; {part.most:,} fit. Write a shorter text for this account."
            )


def too_long(parts: Sequence[Part]) -> tuple[str, ...]:
    """The same, told beforehand."""
    return tuple(
        say(
            "This is %(count)s %(unit)s long; %(most)s fit. Write a shorter text for this account.",
            count=grouped(part.count), unit=say(part.unit), most=grouped(part.most),
        )
        for part in parts
        if part.count > part.most
    )  # fmt: skip


def wrong_address(address: str, allowed_networks: Sequence[str]) -> str | None:
    """A sentence when this is no address to call. Its host is looked up."""
    try:
        world.check_address(address, allowed_networks)
    except world.HostNotFound:
        # The DNS may know it tomorrow; a test of the account tells today. Each call checks anew.
        return None
    except world.NotSent as problem:
        return problem.reason
    return None


def utf16(text: str) -> int:
    """How long a text is in UTF-16 units, by which services that were born in browsers count."""
    return len(text.encode("utf-16-le")) // 2
