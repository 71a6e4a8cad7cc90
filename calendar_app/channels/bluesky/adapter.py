"""Posts to an account on Bluesky or another server of the AT Protocol, a long text as a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_app import outbound as world
from calendar_app.channels import graphemes
from calendar_app.channels.adapter import Adapter, Call, Content, Field, Parcel, Part, Rejected, Sent
from calendar_app.channels.bluesky import facets, sending, writing, xrpc
from calendar_app.channels.bluesky.session import Line, Sessions
from calendar_app.errors import Refused
from calendar_app.languages import say, say_count, say_later

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

USUAL_SERVICE = "https://bsky.social"


class BlueskyAdapter(Adapter):
    kind = "bluesky"
    name = say_later("Bluesky")
    blurb = say_later("Posts to an account on Bluesky; a text longer than 300 characters becomes a thread.")
    fields = (
        Field(
            "handle",
            say_later("Handle on Bluesky"),
            say_later("As it stands on the profile, such as city.example.org."),
        ),
        Field(
            "service",
            say_later("Service address"),
            say_later(
                "Leave empty for bsky.social. Otherwise the address of the server that holds the account."
            ),
            required=False,
        ),
        Field(
            "password",
            say_later("App password"),
            say_later("Make one on Bluesky under Settings, Privacy and security, App passwords."),
            secret=True,
        ),
    )
    keyed = True
    can_withdraw = True
    can_comment = True

    def __init__(self, sessions: Sessions | None = None) -> None:
        self._sessions = sessions or Sessions()

    def check(
        self, settings: Mapping[str, Any], secrets: Mapping[str, str], allowed_networks: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        errors = {}
        handle = str(settings.get("handle") or "").strip().removeprefix("@").lower()
        if not facets.HANDLE.fullmatch(handle) or len(handle) > facets.LONGEST_HANDLE:
            errors["settings.handle"] = say("Write the whole handle, such as city.example.org.")
        service = str(settings.get("service") or "").strip().rstrip("/") or USUAL_SERVICE
        if wrong := _wrong_service(service, allowed_networks):
            errors["settings.service"] = wrong
        password = str(secrets.get("password") or "").strip()
        if not password:
            errors["secrets.password"] = say("Enter an app password. Bluesky makes one in its settings.")
        if errors:
            raise Refused(errors)
        return {"handle": handle, "service": service}, {"password": password}

    def compose(self, content: Content, action: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {"action": action, **writing.payload(content)}

    def preview(self, payload: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Part, ...]:
        own = len(payload["parts"]) - payload.get("comments", 0)
        return tuple(
            Part(
                part["text"], graphemes.count(part["text"]), writing.MOST_GRAPHEMES, say_later("characters"),
                facets.spans(part["text"], part["facets"], part["mentions"]), n >= own,
            )
            for n, part in enumerate(payload["parts"])
        )  # fmt: skip

    def problems(self, content: Content, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(_problems(content, (*writing.texts(content), *writing.comments(content))))

    def learn(self, parcel: Parcel, call: Call) -> dict[str, Any]:
        """Signs in anew, and so proves handle and password. Nothing is kept: limits are the same everywhere."""
        self._sessions.new(parcel, call)
        return {}

    def send(self, parcel: Parcel, call: Call) -> Sent:
        if parcel.payload["action"] == "withdraw":
            return sending.withdraw(parcel, Line(parcel, call, self._sessions))
        if any(writing.size(part["text"]) > writing.MOST_GRAPHEMES for part in parcel.payload["parts"]):
            raise Rejected("A word or address of this post is too long for Bluesky. Shorten it.")
        return sending.publish(parcel, call, Line(parcel, call, self._sessions))

    def test(self, parcel: Parcel, call: Call) -> str:
        """Reads the profile; `learn` has just signed in, and twice would be one of thirty too many."""
        line = Line(parcel, call, self._sessions)
        query = {"repo": line.session.did, "collection": "app.bsky.actor.profile", "rkey": "self"}
        reply = line.ask("com.atproto.repo.getRecord", query=query)
        # An account without a profile is an account all the same.
        if not reply.good and reply.error != "RecordNotFound":
            raise xrpc.trouble(reply, call, published=False)
        return f"Signed in as {line.session.handle}. It is ready."


def _wrong_service(service: str, allowed_networks: Sequence[str]) -> str:
    """Why this address cannot be called, or nothing. A password goes there: plain HTTP only in one's own network."""
    try:
        world.check_address(service, allowed_networks)
    except world.HostNotFound:
        # The DNS may know it tomorrow; a test of the account tells today. Each call checks anew.
        pass
    except world.NotSent as problem:
        return problem.reason
    if "?" in service or "#" in service:
        return say("Write the address of the server alone, such as https://bsky.social.")
    if service.startswith("https://") or _is_private(service):
        return ""
    return say("Write an address that begins with https://: a password is sent to it.")


def _is_private(service: str) -> bool:
    try:
        world.check_address(service)
    except world.AddressRefused:
        return True
    except world.NotSent:
        return False
    return False


def _problems(content: Content, parts: Sequence[str]) -> list[str]:
    found = []
    if not any(parts) and not content.pictures and not content.link:
        found.append(say("There is nothing to post. Write a text."))
    if any(writing.size(text) > writing.MOST_GRAPHEMES for text in parts):
        found.append(say("A word or address of this post is too long for Bluesky. Shorten it."))
    if len(parts) > writing.MOST_PARTS:
        found.append(
            say_count(
                "This would be %(num)d post on Bluesky. Shorten the text, or write one for this account.",
                "This would be %(num)d posts on Bluesky. Shorten the text, or write one for this account.",
                len(parts),
            )
        )
    if len(content.pictures) > writing.MOST_PICTURES:
        found.append(say("Bluesky takes four pictures. Take the others out of the post."))
    return found
