"""Posts each publication and withdrawal as signed JSON to an address that the team names."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from calendar_app import links
from calendar_app import outbound as world
from calendar_app.channels import answers
from calendar_app.channels.adapter import (
    Adapter,
    Call,
    Content,
    Field,
    NotSent,
    Parcel,
    Picture,
    Rejected,
    Sent,
    Trouble,
)
from calendar_app.channels.webhook import signing
from calendar_app.errors import Refused
from calendar_app.languages import say_later
from calendar_app.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calendar_app.outbound import Answer

HOUR = 3600


class WebhookAdapter(Adapter):
    kind = "webhook"
    public_links = False
    name = say_later("Webhook")
    blurb = say_later("Sends each post as signed JSON to an address of yours (Standard Webhooks 1.0).")
    fields = (
        Field(
            "url",
            say_later("Address"),
            say_later("Begins with https://. It is called once for each post, with a signature."),
        ),
        Field(
            "secret",
            say_later("Secret"),
            say_later("Leave empty and Sluice makes one; it is shown once."),
            secret=True,
            made_here=True,
            required=False,
        ),
    )
    keyed = True
    parallel = True
    can_withdraw = True
    # Standard Webhooks 1.0, "Retry schedule": from 5 seconds to 24 hours; these sum to three days.
    ladder = (5, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 17 * HOUR, 24 * HOUR)

    def check(
        self, settings: Mapping[str, Any], secrets: Mapping[str, str], allowed_networks: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        errors = {}
        url = str(settings.get("url") or "").strip()
        try:
            world.check_address(url, allowed_networks)
        except world.HostNotFound:
            # The DNS may know it tomorrow; a test of the account tells today. Each call checks anew.
            pass
        except world.NotSent as problem:
            errors["settings.url"] = problem.reason
        secret = secrets.get("secret") or signing.make_secret()
        try:
            signing.key_of(secret)
        except ValueError:
            errors["secrets.secret"] = "Write whsec_ and then base64 of 24 to 64 bytes, or leave it empty."
        if errors:
            raise Refused(errors)
        return {"url": url}, {"secret": secret}

    def compose(self, content: Content, action: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        when = content.withdrawn_at if action == "withdraw" else content.published_at
        return {
            "type": "post.withdrawn" if action == "withdraw" else "post.published",
            "timestamp": rfc3339(when) if when else None,
            "data": {
                "id": content.uuid,
                "title": content.title,
                "text": content.text,
                "html": content.html,
                "link": content.link or None,
                "language": content.language,
                "streams": list(content.streams),
                "url": content.url,
                "event": dict(content.event) if content.event else None,
                "pictures": [_picture(one) for one in content.pictures],
                "published_at": rfc3339(content.published_at) if content.published_at else None,
            },
        }

    def send(self, parcel: Parcel, call: Call) -> Sent:
        answer = self._post(parcel, call)
        return Sent(external_id=answer.headers.get("x-request-id", "")[:200])

    def test(self, parcel: Parcel, call: Call) -> str:
        data = {"account": parcel.payload["account"], "message": "A test from Sluice. Nothing was published."}
        payload = {"type": "test", "timestamp": rfc3339(parcel.due_at), "data": data}
        answer = self._post(replace(parcel, payload=payload), call)
        return f"The address answered {answer.status} in {answer.seconds * 1000:,.0f} ms. It is ready."

    def _post(self, parcel: Parcel, call: Call) -> Answer:
        """The receiver's yes (any 2xx). Raises a Trouble for every other answer, and for none."""
        body = json.dumps(parcel.payload, ensure_ascii=False, separators=(",", ":")).encode()
        stamp = int(call.now().timestamp())
        headers = {
            "content-type": "application/json",
            "webhook-id": parcel.key,
            "webhook-timestamp": str(stamp),
            "webhook-signature": signing.signature(parcel.secrets["secret"], parcel.key, stamp, body),
        }
        answer = answers.ask(call, parcel, "POST", parcel.settings["url"], headers, body)
        if not 200 <= answer.status < 300:
            raise _trouble(answer, call)
        return answer


def _picture(one: Picture) -> dict[str, Any]:
    return {
        "url": links.picture(one.digest, one.media_type), "media_type": one.media_type, "alt": one.alt,
        "width": one.width, "height": one.height,
    }  # fmt: skip


def _trouble(answer: Answer, call: Call) -> Trouble:
    status = answer.status
    if status in {400, 405, 406, 411, 413, 414, 415, 422, 431}:
        return Rejected(f"The receiver refused the post ({status}).")
    usual = answers.usual_trouble(status, answer.headers, call)
    return usual or NotSent(f"The receiver answered {status}.")
