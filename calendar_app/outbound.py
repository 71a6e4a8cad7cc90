"""The one outgoing HTTP client: public addresses, one total deadline, capped answers, honest failures."""

import os
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from time import monotonic

import httpcore
import httpx

from calendar_app.connecting import Ambiguous, Call, CheckedBackend, DeadConnection
from calendar_app.destinations import (
    AddressRefused,
    BadAddress,
    CallFailed,
    Destination,
    HostNotFound,
    NotSent,
    check_address,
    destination,
)

__all__ = [
    "AddressRefused",
    "Ambiguous",
    "Answer",
    "BadAddress",
    "CallFailed",
    "HostNotFound",
    "NotSent",
    "Outbound",
    "check_address",
]

# Below the five seconds after which common servers hang up: a call must rarely race with that.
KEEP_ALIVE_SECONDS = 4.0
OUR_OWN_HEADERS = frozenset(("host", "content-length", "transfer-encoding", "connection", "accept-encoding"))


@dataclass(frozen=True, slots=True)
class Answer:
    """Header names are in small letters. `truncated` when the body was longer than `max_bytes`."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    truncated: bool = False


class Outbound:
    """Calls other people's servers from many threads, over connections that it keeps for a few seconds.

    `allowed_networks`: CIDRs that may be called although they are not public (ValueError when one is wrong).
    Follows no redirects, asks no proxy, takes nothing from the environment.
    """

    def __init__(
        self,
        *,
        allowed_networks: Sequence[str] = (),
        user_agent: str,
        max_connections: int = 100,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._max_connections = max_connections
        self._ssl_context = ssl_context or httpx.create_ssl_context(trust_env=False)
        self._backend = CheckedBackend(tuple(allowed_networks))
        self._renewing = Lock()
        self._pool, self._process = self._new_pool(), os.getpid()

    def send(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str],
        content: bytes,
        deadline: float,
        max_bytes: int = 65536,
        before_first_byte: Callable[[], None] | None = None,
    ) -> Answer:
        """One call, over by `deadline` (an instant of `time.monotonic()`) whatever the other side does.

        `before_first_byte` runs when the connection stands and nothing has been sent; it may raise to stop
        the call, and runs again if a kept connection turns out to be dead. Any status is an answer.
        Raises NotSent (BadAddress and AddressRefused among them) or Ambiguous.
        """
        target = destination(address)
        request = self._request(method, target, headers, content)
        call = Call(target.host, deadline, before_first_byte)
        try:
            return self._exchange(request, call, max_bytes)
        except DeadConnection:
            return self._exchange_again(request, call, max_bytes)

    def close(self) -> None:
        """Ends the kept connections. Later calls open new ones."""
        self._pool.close()

    def _request(
        self, method: str, target: Destination, headers: Mapping[str, str], content: bytes
    ) -> httpcore.Request:
        sent = {name.lower(): value for name, value in headers.items() if name.lower() not in OUR_OWN_HEADERS}
        sent.setdefault("user-agent", self._user_agent)
        ours = {"host": target.host_header, "accept-encoding": "identity"}
        if content or method not in ("GET", "HEAD", "DELETE"):
            ours["content-length"] = str(len(content))
        raw = [(name.encode(), value.encode()) for name, value in (ours | sent).items()]
        return httpcore.Request(method, target.address, headers=raw, content=content)

    def _exchange(self, request: httpcore.Request, call: Call, max_bytes: int) -> Answer:
        self._backend.calls.current = call
        request.extensions["timeout"] = {"pool": call.seconds_left()}
        try:
            response = self._pool_of_this_process().handle_request(request)
            return _read(response, call, max_bytes)
        except httpcore.PoolTimeout as problem:
            raise NotSent("Too many calls were under way. This one was not begun.") from problem
        except httpcore.LocalProtocolError as problem:
            raise NotSent("This call has a method or a header that HTTP does not allow.") from problem
        except httpcore.RemoteProtocolError as problem:
            raise call.cut_short() from problem

    def _exchange_again(self, request: httpcore.Request, call: Call, max_bytes: int) -> Answer:
        try:
            return self._exchange(request, call, max_bytes)
        except DeadConnection as problem:
            raise call.broken_off() from problem

    def _pool_of_this_process(self) -> httpcore.ConnectionPool:
        """A forked child must not speak over its parent's connections."""
        if self._process != os.getpid():
            with self._renewing:
                if self._process != os.getpid():
                    self._pool, self._process = self._new_pool(), os.getpid()
        return self._pool

    def _new_pool(self) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=self._ssl_context,
            max_connections=self._max_connections,
            max_keepalive_connections=self._max_connections,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
            network_backend=self._backend,
        )


def _read(response: httpcore.Response, call: Call, max_bytes: int) -> Answer:
    body = bytearray()
    try:
        for chunk in response.iter_stream():
            body += chunk
            if len(body) > max_bytes:
                break
    except Ambiguous as problem:
        raise Ambiguous(problem.reason, response.status) from problem
    except httpcore.RemoteProtocolError as problem:
        raise call.cut_short(response.status) from problem
    finally:
        response.close()
    return Answer(
        response.status,
        _headers(response.headers),
        bytes(body[:max_bytes]),
        monotonic() - call.began,
        truncated=len(body) > max_bytes,
    )


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("ascii").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
