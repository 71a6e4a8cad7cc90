"""Connections to checked addresses, on which everything ends at the deadline of the running call."""

import select
import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from threading import local
from time import monotonic
from typing import Any

import httpcore

from calendar_app.destinations import CallFailed, NotSent, addresses_of, networks, refuse_private


class Ambiguous(CallFailed):
    """The other side may have acted. `status` is set when the answer broke off after its first line."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


class DeadConnection(Exception):
    """A kept connection that the other side had closed before one byte of this call was sent."""


class Call:
    """What the thread's running call allows, and whether any of it has left the building."""

    def __init__(self, host: str, deadline: float, before_first_byte: Callable[[], None] | None) -> None:
        self.host, self.deadline, self.before_first_byte = host, deadline, before_first_byte
        self.began = monotonic()
        self.sent = False

    def seconds_left(self) -> float:
        left = self.deadline - monotonic()
        if left <= 0:
            raise self.too_late()
        return left

    def too_late(self) -> CallFailed:
        if self.sent:
            return Ambiguous(f"No whole answer of {self.host} came in the time allowed.")
        return NotSent(f"The time allowed was over before anything was sent to {self.host}.")

    def broken_off(self) -> CallFailed:
        if self.sent:
            return Ambiguous(f"{self.host} broke off before its answer was whole.")
        return NotSent(f"{self.host} closed the connection before anything was sent.")

    def cut_short(self, status: int | None = None) -> Ambiguous:
        return Ambiguous(f"The answer of {self.host} was cut short or is not HTTP.", status)


class CheckedBackend(httpcore.NetworkBackend):
    """Looks a host up once, checks every address it has, and connects to one of those, not to the name."""

    def __init__(self, allowed_networks: tuple[str, ...]) -> None:
        networks(allowed_networks)
        self._allowed = allowed_networks
        self.calls = local()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        call: Call = self.calls.current
        addresses = addresses_of(host, call.seconds_left())
        refuse_private(addresses, self._allowed)
        sock = _connected(addresses, port, call)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return TimedStream(sock, self.calls)


class TimedStream(httpcore.NetworkStream):
    """A connection on which every read and write ends at the deadline of the call that makes it.

    The request is held back until its answer is asked for, and then leaves in one go: so there is one
    moment before the first byte.
    """

    def __init__(self, sock: socket.socket, calls: local) -> None:
        self._sock, self._calls = sock, calls
        self._held: list[bytes] = []
        self._used = False

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._held.append(buffer)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        call: Call = self._calls.current
        if self._held:
            self._send_held(call)
        self._sock.settimeout(call.seconds_left())
        try:
            return self._sock.recv(max_bytes)
        except TimeoutError:
            raise call.too_late() from None
        except OSError as problem:
            raise call.broken_off() from problem

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        call: Call = self._calls.current
        try:
            self._sock.settimeout(call.seconds_left())
            return TimedStream(
                ssl_context.wrap_socket(self._sock, server_hostname=server_hostname), self._calls
            )
        except (OSError, ValueError, NotSent) as problem:
            self._sock.close()
            raise _no_connection(call, problem) from problem

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return self._is_readable()
        return self._sock if info == "ssl_object" and isinstance(self._sock, ssl.SSLSocket) else None

    def _send_held(self, call: Call) -> None:
        if self._used and self._is_readable():
            raise DeadConnection
        if call.before_first_byte:
            call.before_first_byte()
        request, self._held = memoryview(b"".join(self._held)), []
        try:
            while request:
                self._sock.settimeout(call.seconds_left())
                request = request[self._sock.send(request) :]
                call.sent = True
        except TimeoutError:
            raise call.too_late() from None
        except OSError as problem:
            # Once a part has gone, an answer may be waiting that says why the rest is not wanted.
            if not call.sent:
                raise (DeadConnection() if self._used else call.broken_off()) from problem
        self._used = True

    def _is_readable(self) -> bool:
        """Nothing is expected on an idle connection: something to read means that it was closed."""
        if self._sock.fileno() < 0:
            return True
        poll = select.poll()
        poll.register(self._sock, select.POLLIN)
        return bool(poll.poll(0))


def _connected(addresses: Sequence[str], port: int, call: Call) -> socket.socket:
    """To the first address that answers; each gets an equal share of what time is left."""
    problem: Exception = OSError("no address")
    for tried, address in enumerate(addresses):
        try:
            return socket.create_connection(
                (address, port), timeout=call.seconds_left() / (len(addresses) - tried)
            )
        except OSError as error:
            problem = error
    raise _no_connection(call, problem) from problem


def _no_connection(call: Call, problem: Exception) -> NotSent:
    if isinstance(problem, NotSent):
        return problem
    if isinstance(problem, TimeoutError):
        return NotSent(f"{call.host} did not take up the connection in time.")
    if isinstance(problem, ssl.SSLCertVerificationError):
        return NotSent(f"The certificate of {call.host} is not good: {problem.verify_message.rstrip('.')}.")
    if isinstance(problem, ssl.SSLError):
        return NotSent(f"No secure connection to {call.host} could be made.")
    if isinstance(problem, ConnectionRefusedError):
        return NotSent(f"{call.host} refused the connection.")
    return NotSent(f"No connection to {call.host} could be made.")
