"""A server with the Mastodon API on loopback, as true as the documentation tells, and as awkward as it is told to be.

Sources: docs.joinmastodon.org (methods/statuses, media, apps, oauth; entities/Instance), mastodon/mastodon
app/services/post_status_service.rb for what an Idempotency-Key does.
"""

from __future__ import annotations

import html
import itertools
import json
import re
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes
from urllib.parse import parse_qs, urlsplit

from tests.receiver import OK, Behaviour, Receiver

TOKEN = "tests-token-1"  # noqa: S105
STATUSES = "/api/v1/statuses"
# Where the contract plans something, it means the call that publishes.
ANYWHERE = "/hook"


@dataclass
class Status:
    """`key`: the idempotency key it was posted with; `asked`: the body of that request."""

    id: str
    key: str
    asked: dict
    body: bytes
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def text(self):
        return self.asked["status"]


class FakeMastodon(Receiver):
    """`keys`: "honoured" as Mastodon does, "ignored" as GoToSocial does, or "raced": known only to later calls.

    `revoked`, `slow_media` (how often a picture is not ready yet), `most` and `empty` (posts without their text, as
    Hollo once made them) may be changed at any time. `plan` misbehaves at the call that publishes, or at `path`.
    """

    def __init__(self, *, keys="honoured"):
        self.keys = keys
        self.token, self.revoked = TOKEN, False
        self.most, self.slow_media, self.empty, self.old = 500, 0, False, False
        self.statuses: list[Status] = []
        self.media: dict[str, dict] = {}
        self.apps: list[dict] = []
        self.scopes = ["read", "write:statuses", "write:media"]
        self._known: dict[str, Status] = {}
        self._numbers = itertools.count(1001)
        super().__init__()

    @property
    def server(self):
        return self.address("")

    def shown(self):
        """Texts in the order in which they stand there."""
        return [status.text for status in self.statuses]

    def calls(self):
        """The attempts to publish, delete and test."""
        tried = [call for call in list(self.ledger) if _is_attempt(call)]
        return [replace(call, path=call.path) for call in tried]

    def effects(self, path=STATUSES):
        done: dict[str, bytes] = {}
        for status in self.statuses:
            done.setdefault(status.key, status.body)
        return done

    def _respond(self, sock, at, method, path, headers, body):
        place = ANYWHERE if (method, path) == ("POST", STATUSES) else urlsplit(path).path
        with self._lock:
            planned = self._plans[place]
            behaviour = planned.popleft() if planned else self._usual.get(place, OK)
            if behaviour.processes:
                behaviour = self._done(behaviour, method, path, headers, body)
            elif behaviour.body == b"ok":
                behaviour = replace(behaviour, body=b'{"error":"Planned"}')
            self._plans[path] = deque([behaviour])
        return super()._respond(sock, at, method, path, headers, body)

    def _done(self, behaviour, method, path, headers, body):
        status, told = self._handle(method, urlsplit(path), headers, body)
        answered = Behaviour(
            status, {"content-type": "application/json"}, json.dumps(told).encode(), status < 300
        )
        if behaviour.reset or behaviour.drip or behaviour.status >= 300 or behaviour.body != b"ok":
            return behaviour
        return replace(answered, delay=behaviour.delay)

    def _handle(self, method, parts, headers, body):
        path = parts.path
        if path in {"/api/v2/instance", "/api/v1/instance"}:
            return (404, {"error": "Not found"}) if self.old and "v2" in path else (200, self._instance())
        if path in {"/api/v1/apps", "/oauth/token"}:
            return self._grant(path, json.loads(body))
        if self.revoked or headers.get("authorization") != f"Bearer {self.token}":
            return 401, {"error": "The access token was revoked"}
        if path == "/api/v1/accounts/verify_credentials":
            return 200, {"id": "101", "username": "city", "acct": "city"}
        if path == "/api/v1/apps/verify_credentials":
            return 200, {"name": "Sluice", "scopes": self.scopes}
        if path == "/api/v1/accounts/101/statuses":
            return self._page(parse_qs(parts.query))
        if (method, path) == ("POST", "/api/v2/media"):
            return self._take_picture(headers, body)
        if path.startswith("/api/v1/media/"):
            return self._picture(path.rpartition("/")[2])
        if (method, path) == ("POST", STATUSES):
            return self._post(headers, body)
        if method == "DELETE" and path.startswith(f"{STATUSES}/"):
            return self._delete(path.rpartition("/")[2])
        return 404, {"error": "Record not found"}

    def _instance(self):
        return {
            "domain": "social.example.org",
            "configuration": {
                "statuses": {"max_characters": self.most, "max_media_attachments": 4,
                             "characters_reserved_per_url": 23},
                "media_attachments": {"supported_mime_types": ["image/jpeg", "image/png", "video/mp4"],
                                      "image_size_limit": 16_777_216, "image_matrix_limit": 33_177_600,
                                      "description_limit": 1500},
            },
        }  # fmt: skip

    def _grant(self, path, asked):
        if path == "/api/v1/apps":
            self.apps.append(asked)
            return 200, {"client_id": "client-1", "client_secret": "hush-1"}
        good = (asked["client_id"], asked["client_secret"], asked["code"]) == ("client-1", "hush-1", "code-1")
        good = good and asked["redirect_uri"] in self.apps[-1]["redirect_uris"]
        if not good:
            return 400, {"error": "invalid_grant", "error_description": "The code has expired."}
        return 200, {"access_token": self.token, "token_type": "Bearer", "scope": " ".join(self.scopes)}

    def _post(self, headers, body):
        asked, key = json.loads(body), headers.get("idempotency-key", "")
        known = self._known.get(key)
        if known is not None and self.keys != "ignored" and known in self.statuses:
            return 200, self._entity(known)
        wrong = self._refusal(asked)
        if wrong:
            return wrong
        made = Status(str(next(self._numbers)), key, asked, body)
        self.statuses.append(made)
        if self.keys != "raced":
            self._known[key] = made
        return 200, self._entity(made)

    def _refusal(self, asked):
        text = asked.get("spoiler_text", "") + asked.get("status", "")
        length = len(re.sub(r"(@\w+)@[\w.-]+\w", r"\1", re.sub(r"https?://\S+", "x" * 23, text)))
        before = asked.get("in_reply_to_id")
        if before and before not in {one.id for one in self.statuses}:
            return 404, {"error": "Record not found"}
        if length > self.most:
            return 422, {"error": f"Validation failed: Text character limit of {self.most} exceeded"}
        if not text and not asked.get("media_ids"):
            return 422, {"error": "Validation failed: Text can't be blank"}
        if any(not self.media.get(one, {}).get("ready") for one in asked.get("media_ids", ())):
            return 422, {
                "error": "Cannot attach files that have not finished processing. Try again in a moment!"
            }
        return None

    def _delete(self, number):
        found = next((one for one in self.statuses if one.id == number), None)
        if found is None:
            return 404, {"error": "Record not found"}
        self.statuses.remove(found)
        return 200, {**self._entity(found), "text": found.text}

    def _page(self, query):
        most, before = int(query.get("limit", ["20"])[0]), query.get("max_id", [None])[0]
        newest_first = [one for one in reversed(self.statuses) if before is None or int(one.id) < int(before)]
        return 200, [self._entity(one) for one in newest_first[:most]]

    def _take_picture(self, headers, body):
        form = message_from_bytes(b"content-type: " + headers["content-type"].encode() + b"\r\n\r\n" + body)
        fields = {part.get_param("name", header="content-disposition"): part for part in form.get_payload()}
        words = {
            name: part.get_payload(decode=True).decode() for name, part in fields.items() if name != "file"
        }
        number = str(next(self._numbers))
        file = fields["file"]
        self.media[number] = {
            **words,
            "type": file.get_content_type(),
            "bytes": file.get_payload(decode=True),
            "left": self.slow_media,
            "ready": not self.slow_media,
        }
        ready = self.media[number]["ready"]
        return (200 if ready else 202), {
            "id": number,
            "url": "https://files.example.org/1" if ready else None,
        }

    def _picture(self, number):
        found = self.media.get(number)
        if found is None:
            return 404, {"error": "Record not found"}
        found["left"] -= 1
        found["ready"] = found["left"] <= 0
        return (200 if found["ready"] else 206), {"id": number}

    def _entity(self, status):
        return {
            "id": status.id,
            "created_at": status.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "in_reply_to_id": status.asked.get("in_reply_to_id"),
            "url": f"https://social.example.org/@city/{status.id}",
            "uri": f"https://social.example.org/users/city/statuses/{status.id}",
            "content": "" if self.empty else rendered(status.text),
            "spoiler_text": status.asked.get("spoiler_text", ""),
            # Real ones are as long as this.
            "account": {"id": "101", "acct": "city", "note": "About the city. " * 300},
        }


def rendered(text):
    """HTML as Mastodon makes it: addresses shortened to the eye, mentions without their server."""
    escaped = html.escape(text, quote=False)
    escaped = re.sub(r"(?<![\w/])@(\w+)@([\w.-]+\w)", r'<span class="h-card"><a href="https://\2/@\1">@<span>\1</span></a></span>',
                     escaped)  # fmt: skip
    escaped = re.sub(r"(?<![\w\"/])(https?://)([^\s<]{1,30})([^\s<]*)",
                     r'<a href="\1\2\3"><span class="invisible">\1</span><span class="ellipsis">\2</span>'
                     r'<span class="invisible">\3</span></a>', escaped)  # fmt: skip
    escaped = re.sub(
        r"(?<!\w)#(\w+)", r'<a href="https://social.example.org/tags/\1">#<span>\1</span></a>', escaped
    )
    return "".join(f"<p>{part}</p>" for part in escaped.split("\n\n")).replace("\n", "<br />")


def _is_attempt(call):
    path = urlsplit(call.path).path
    return path.startswith(STATUSES) or path == "/api/v1/apps/verify_credentials"
