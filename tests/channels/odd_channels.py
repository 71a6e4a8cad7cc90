"""Channels as awkward as real ones can be, for what no channel of the first version is."""

from __future__ import annotations

import json
from typing import ClassVar

from calendar_app.channels import answers
from calendar_app.channels.adapter import Adapter, NotSent, Revoked, Sent, Unclear


class PostcardAdapter(Adapter):
    """Knows no key and cannot be asked afterwards: what may have gone out stays unknown. One call at a time."""

    kind = "postcard"
    name = "Postcard"
    blurb = "For tests."
    ladder: ClassVar = (5, 30)

    def check(self, settings, secrets, allowed_networks):
        return dict(settings), dict(secrets)

    def compose(self, content, action, settings):
        return {"action": action, "text": content.text}

    def send(self, parcel, call):
        answer = answers.ask(call, parcel, "POST", parcel.settings["url"], {"idempotency-key": parcel.key},
                             json.dumps(parcel.payload).encode())  # fmt: skip
        if answer.status == 401:
            raise Revoked("The key of this account no longer works.")
        if answer.status >= 500:
            raise Unclear("The other side stumbled.", notes={"seen": answer.status})
        if answer.status >= 300:
            raise NotSent(f"The other side answered {answer.status}.")
        return Sent(external_id="card")

    def test(self, parcel, call):
        return "Fine."


class GuestbookAdapter(PostcardAdapter):
    """As the postcard, but one can read what stands in it: GET answers 200 when the key is there, 404 when not."""

    kind = "guestbook"
    can_look = True

    def look(self, parcel, call):
        address = f"{parcel.settings['url']}/{parcel.key}"
        answer = answers.ask(call, parcel, "GET", address, {}, b"")
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise NotSent("The guest book cannot be read now.")
        return Sent(external_id="found", external_url=address)
