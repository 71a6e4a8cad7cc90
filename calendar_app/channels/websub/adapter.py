"""Tells a WebSub hub which public feeds a post has changed; the hub fetches them and tells their subscribers.

Sources: WebSub (W3C Recommendation, 2018) leaves open how a publisher tells its hub; hubs take what PubSubHubbub
Core 0.3, "Publishing", says: a form with hub.mode=publish and hub.url, which may be repeated. Being told twice makes
a hub look twice, no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from calendar_app import links
from calendar_app.channels import answers, posting
from calendar_app.channels.adapter import Adapter, Call, Content, Field, Parcel, Part, Rejected, Sent
from calendar_app.errors import Refused
from calendar_app.languages import say, say_later

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# A hub speaks of what it fetches over the web: feeds of entries. Calendars are polled.
FORMATS = ("atom", "rss", "json")


class WebsubAdapter(Adapter):
    kind = "websub"
    public_links = False
    name = say_later("WebSub hub")
    blurb = say_later("Tells a hub at once that the public feeds of a post's streams have changed.")
    fields = (
        Field(
            "url",
            say_later("Address of the hub"),
            say_later("It learns the addresses of public feeds only, and those feeds name it."),
        ),
    )
    keyed = True
    parallel = True
    can_withdraw = True

    def check(
        self, settings: Mapping[str, Any], secrets: Mapping[str, str], allowed_networks: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        url = str(settings.get("url") or "")
        if problem := posting.wrong_address(url, allowed_networks):
            raise Refused({"settings.url": problem})
        return {"url": url}, {}

    def compose(self, content: Content, action: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        own = [links.stream_feed(handle, form) for handle in content.public_streams for form in FORMATS]
        return {"feeds": [*own, *map(links.everything_feed, FORMATS)] if own else []}

    def preview(self, payload: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Part, ...]:
        return (Part("\n".join(payload.get("feeds", ()))),)

    def problems(self, content: Content, settings: Mapping[str, Any]) -> tuple[str, ...]:
        if content.public_streams:
            return ()
        return (say("None of the streams of this post is public, so there is no feed to tell a hub of."),)

    def send(self, parcel: Parcel, call: Call) -> Sent:
        if not parcel.payload["feeds"]:
            raise Rejected(
                "None of the streams of this post is public, so there is no feed to tell a hub of."
            )
        form = [("hub.mode", "publish"), *(("hub.url", feed) for feed in parcel.payload["feeds"])]
        headers = {"idempotency-key": parcel.key, "content-type": "application/x-www-form-urlencoded"}
        answer = answers.ask(call, parcel, "POST", parcel.settings["url"], headers, urlencode(form).encode())
        if not 200 <= answer.status < 300:
            raise posting.trouble(answer, call)
        return Sent()

    def test(self, parcel: Parcel, call: Call) -> str:
        """A hub may answer anything to a request that is none of its own (most say 4xx): that it answers is all."""
        answer = posting.ask(call, parcel, "GET", parcel.settings["url"])
        if answer.status >= 500 or answer.status in {404, 410}:
            raise posting.trouble(answer, call)
        return "The hub answers. It is told of a feed when a post goes out."
