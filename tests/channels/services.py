"""The receiver in the part of a chat service: it answers as that service documents, and misbehaves all the same."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.channels.contract import Place
from tests.factories import make_account, make_stream
from tests.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Callable

ANYWHERE = "/hook"


@dataclass
class Request:
    """One request as the tests of chats look at it: `key` names the delivery, `json` is what was sent."""

    key: str
    at: float
    method: str
    path: str
    headers: dict
    body: bytes
    processed: bool

    @property
    def json(self):
        return json.loads(self.body) if self.body else None


class Service(Receiver):
    """Whatever path is called, it behaves as planned for `/hook`, and answers with the body of the service.

    `usual(method, path, body)` gives status and body of a request that goes well, `refusals` the body of a
    planned status; a body that the plan names itself stays. `key` reads the delivery's key from a call.
    """

    def __init__(self, usual: Callable, refusals: dict | None = None, *, key: Callable | None = None):
        self.usual = usual
        self.refusals = refusals or {}
        self.key = key or _key
        super().__init__()

    def _respond(self, sock, at, method, path, headers, body):
        with self._lock:
            planned = self._plans[ANYWHERE]
            behaviour = planned.popleft() if planned else self._usual.get(ANYWHERE)
            self._plans[path] = type(planned)([self._dressed(behaviour, method, path, body)])
        return super()._respond(sock, at, method, path, headers, body)

    def _dressed(self, behaviour, method, path, body):
        status, good = self.usual(method, path, body)
        if behaviour is None:
            return _plain(status, good)
        if behaviour.body != b"ok" or behaviour.drip:
            return behaviour
        if 200 <= behaviour.status < 300:
            return replace(behaviour, status=status, body=_plain(status, good).body)
        return replace(behaviour, body=_plain(0, self.refusals.get(behaviour.status, b"")).body)

    def requests(self):
        return [
            Request(self.key(call), call.at, call.method, call.path, call.headers, call.body, call.processed)
            for call in list(self.ledger)
        ]

    def effects(self, path=ANYWHERE):
        done = {}
        for call in self.requests():
            if call.processed:
                done.setdefault(call.key, call.body)
        return done


def place_of(service, channel, settings, secrets):
    """A stream whose posts go to the service, as the contract wants it."""
    stream = make_stream()
    account = make_account(stream.team, channel, settings=settings, secrets=secrets, streams=[stream])
    return Place(account, stream, service.requests, service.effects, service)


def _key(call):
    return call.headers.get("idempotency-key", "")


def _plain(status, content):
    from tests.receiver import Behaviour

    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Behaviour(status=status, body=body)
