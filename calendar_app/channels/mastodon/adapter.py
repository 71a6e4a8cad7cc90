"""Posts to an account on any server with the Mastodon API, a long text as a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_app.channels import graphemes, posting
from calendar_app.channels.adapter import Adapter, Call, Content, Field, NotSent, Parcel, Part, Rejected, Sent
from calendar_app.channels.mastodon import limits, reading, sending, serving, writing
from calendar_app.channels.mastodon import line as lines
from calendar_app.channels.mastodon.counting import count
from calendar_app.channels.mastodon.entities import spans
from calendar_app.channels.mastodon.line import Line
from calendar_app.errors import Refused
from calendar_app.languages import say, say_later

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VISIBILITIES = (
    ("public", say_later("Public: everybody, and in the public timelines")),
    ("unlisted", say_later("Unlisted: everybody, but not in the public timelines")),
    ("private", say_later("Followers only")),
)
LONGEST_WARNING = 200


class MastodonAdapter(Adapter):
    kind = "mastodon"
    name = say_later("Mastodon")
    blurb = say_later(
        "Posts to an account on any server with the Mastodon API; a long text becomes a thread."
    )
    fields = (
        Field(
            "server", say_later("Server"), say_later("Where the account lives, such as social.example.org.")
        ),
        Field(
            "token",
            say_later("Access token"),
            say_later(
                "From the server's settings: Development, New application, with the rights read, write:statuses "
                "and write:media."
            ),
            secret=True,
        ),
        Field("visibility", say_later("Who sees the posts"), required=False, choices=VISIBILITIES),
        Field(
            "language",
            say_later("Language"),
            say_later("Two letters, such as nb. Leave it empty, and each post says its own."),
            required=False,
            longest=3,
        ),
        Field(
            "warning",
            say_later("Content warning"),
            say_later("Stands before every post, which opens at a press. Mostly it is left empty."),
            required=False,
            longest=LONGEST_WARNING,
        ),
    )
    # Some servers heed no key: what is unclear is read back, after a grace.
    keyed = False
    can_look = True
    can_comment = True
    can_withdraw = True

    def check(
        self, settings: Mapping[str, Any], secrets: Mapping[str, str], allowed_networks: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        errors = {}
        server = serving.address_of(str(settings.get("server") or ""))
        if wrong := serving.wrong(server, allowed_networks):
            errors["settings.server"] = wrong
        token = str(secrets.get("token") or "").strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            errors["secrets.token"] = say("Enter the access token as the server shows it.")
        visibility = str(settings.get("visibility") or "public")
        if visibility not in dict(VISIBILITIES):
            errors["settings.visibility"] = say("Choose public, unlisted or private.")
        language = str(settings.get("language") or "").strip().lower()
        if language and not writing.LANGUAGE.fullmatch(language):
            errors["settings.language"] = say(
                "Write the language as two letters, such as nb, or leave it empty."
            )
        warning = " ".join(str(settings.get("warning") or "").split())
        if errors:
            raise Refused(errors)
        checked = {"server": server, "visibility": visibility, "language": language, "warning": warning}
        learnt = settings.get("learnt")
        return {**checked, "learnt": learnt} if learnt else checked, {"token": token}

    def compose(self, content: Content, action: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {"action": "withdraw"} if action == "withdraw" else writing.payload(content, settings)

    def preview(self, payload: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Part, ...]:
        known = limits.limits_of(settings)
        shut = graphemes.count(payload.get("warning", ""))
        texts = payload.get("parts", ())
        own = len(texts) - payload.get("comments", 0)
        return tuple(
            Part(
                text,
                count(text, known.per_link) + shut,
                known.most,
                say_later("characters"),
                spans(text),
                n >= own,
            )
            for n, text in enumerate(texts)
        )

    def problems(self, content: Content, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(writing.problems(content, settings))

    def learn(self, parcel: Parcel, call: Call) -> dict[str, Any]:
        """The server's limits, and who the token belongs to."""
        line = Line(parcel, call)
        told = limits.told_by(_instance(line))
        if told is None:
            raise NotSent(reading.NO_MASTODON)
        account = reading.who(line)
        return {"learnt": {**told, "account": account["id"], "name": serving.full_name(account, line.server)}}

    def send(self, parcel: Parcel, call: Call) -> Sent:
        line = Line(parcel, call)
        if parcel.payload["action"] == "withdraw":
            return sending.withdraw(line)
        posts = len(parcel.payload["parts"])
        if posts > writing.MOST_PARTS:
            raise Rejected(f"This would be {posts} posts on Mastodon. Write a shorter text for this account.")
        return sending.publish(line)

    def look(self, parcel: Parcel, call: Call) -> Sent | None:
        line = Line(parcel, call)
        if parcel.payload["action"] == "withdraw":
            return None
        return sending.look(line)

    def test(self, parcel: Parcel, call: Call) -> str:
        """What the token may do, where the server tells (Mastodon 4.3 and later)."""
        line = Line(parcel, call)
        answer = line.ask("GET", "/api/v1/apps/verify_credentials")
        if not lines.good(answer) and answer.status not in {404, 422}:
            raise lines.read_trouble(answer, call)
        scopes = posting.told(answer).get("scopes")
        if isinstance(scopes, list) and not {"write", "write:statuses"} & set(map(str, scopes)):
            raise NotSent(
                "This token may not post. Make one with the rights read, write:statuses and write:media."
            )
        learnt = parcel.settings.get("learnt") or {}
        name = learnt.get("name") or serving.full_name(reading.who(line), line.server)
        return f"Signed in as {name}. It is ready."


def _instance(line: Line) -> dict[str, Any]:
    """What the server tells of itself; older ones know the first form only. Raises a Trouble."""
    answer = line.ask("GET", "/api/v2/instance")
    if answer.status == 404:
        answer = line.ask("GET", "/api/v1/instance")
    if answer.status == 404:
        raise NotSent(reading.NO_MASTODON)
    if not lines.good(answer):
        raise lines.read_trouble(answer, line.call)
    return posting.told(answer)
