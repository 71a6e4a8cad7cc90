"""Slack and Discord as their bots meet them: they keep what is posted, give it back, and misbehave as planned."""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qs, urlsplit

from tests.channels.services import Service


class Room(Service):
    """`messages` are what stands there, the oldest first. A call that is not to be processed changes nothing."""

    def __init__(self, refusals):
        self.messages: list[dict] = []
        self.acts = True
        super().__init__(self._usual, refusals)

    def say(self, text):
        """Somebody else writes."""
        self.acts = True
        self._add({"content": text, "text": text, "author": {"id": "1"}, "user": "U1"})

    def _dressed(self, behaviour, method, path, body):
        self.acts = behaviour is None or behaviour.processes
        return super()._dressed(behaviour, method, path, body)

    def _usual(self, method, path, body):
        parts = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        return self._answer(method, parts.path, query, json.loads(body) if body else {})


class FakeSlack(Room):
    CHANNEL = "C0123456789"

    def __init__(self):
        super().__init__(
            {401: {"ok": False, "error": "invalid_auth"}, 429: {"ok": False, "error": "ratelimited"}}
        )

    def _answer(self, method, path, query, given):
        channel = query.get("channel") or given.get("channel")
        if channel != self.CHANNEL:
            return 200, {"ok": False, "error": "channel_not_found"}
        return 200, getattr(self, path.rpartition("/")[2].replace(".", "_"))(query, given)

    def chat_postMessage(self, query, given):  # noqa: N802  (as the method is called)
        if not given.get("text"):
            return {"ok": False, "error": "no_text"}
        message = {"text": given["text"], "metadata": given["metadata"], "bot_id": "B1"}
        return {"ok": True, "channel": self.CHANNEL, "ts": self._add(message)["ts"]}

    def conversations_history(self, query, given):
        limit, start = int(query["limit"]), int(query.get("cursor") or 0)
        known = [one for one in reversed(self.messages) if float(one["ts"]) > float(query.get("oldest", 0))]
        more = str(start + limit) if len(known) > start + limit else ""
        shown = [dict(one) for one in known[start : start + limit]]
        for one in shown:
            if query.get("include_all_metadata") != "true" and "metadata" in one:
                one["metadata"] = {"event_type": one["metadata"]["event_type"]}
        return {"ok": True, "messages": shown, "response_metadata": {"next_cursor": more}}

    def chat_delete(self, query, given):
        kept = [one for one in self.messages if one["ts"] != given["ts"]]
        if len(kept) == len(self.messages):
            return {"ok": False, "error": "message_not_found"}
        if self.acts:
            self.messages[:] = kept
        return {"ok": True}

    def _add(self, message):
        message = {**message, "ts": f"{time.time():.6f}"}
        if self.acts:
            self.messages.append(message)
        return message


class FakeDiscord(Room):
    CHANNEL, BOT = "1234567890123456789", "9876543210"

    def __init__(self):
        self.remembers = True
        super().__init__(
            {429: {"message": "You are being rate limited.", "retry_after": 0.3, "global": False}}
        )

    def _answer(self, method, path, query, given):
        own = f"/channels/{self.CHANNEL}"
        if path == "/users/@me":
            return 200, {"id": self.BOT, "bot": True}
        if path == own:
            return 200, {"id": self.CHANNEL, "type": 0}
        if not path.startswith(f"{own}/messages"):
            return 404, {"message": "Unknown Channel", "code": 10003}
        if method == "POST":
            return 200, self._posted(given)
        if method == "GET":
            before = int(query.get("before", 1 << 63))
            known = [one for one in reversed(self.messages) if int(one["id"]) < before]
            return 200, [
                {k: v for k, v in one.items() if k != "nonce"} for one in known[: int(query["limit"])]
            ]
        return self._deleted(path.rpartition("/")[2])

    def _posted(self, given):
        for one in self.messages:
            if self.remembers and given.get("enforce_nonce") and one.get("nonce") == given["nonce"]:
                return one
        assert len(given["nonce"]) <= 25
        return self._add(
            {"content": given["content"].strip(), "nonce": given["nonce"], "author": {"id": self.BOT}}
        )

    def _deleted(self, number):
        kept = [one for one in self.messages if one["id"] != number]
        if len(kept) == len(self.messages):
            return 404, {"message": "Unknown Message", "code": 10008}
        if self.acts:
            self.messages[:] = kept
        return 204, b""

    def _add(self, message):
        number = int(time.time() * 1000) - 1_420_070_400_000 << 22 | len(self.messages)
        message = {**message, "id": str(number)}
        if self.acts:
            self.messages.append(message)
        return message
