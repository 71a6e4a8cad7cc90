"""Many programs that poll one address: kept connections, one request at a time on each, from one thread."""

from __future__ import annotations

import select
import socket
import time
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONNECTIONS = 16
PATIENCE = 60.0


@dataclass(frozen=True)
class Address:
    """Where to ask, and what must come back: `size` bytes of body with `status`."""

    port: int
    path: str
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def request(self) -> bytes:
        lines = [f"GET {self.path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def ask(address: Address) -> tuple[float, dict[str, str], bytes]:
    """One request on a connection of its own: seconds until the last byte, headers in small letters, the body."""
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", address.port), timeout=PATIENCE) as line:
        line.sendall(address.request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += line.recv(65536) or _nothing(address)
        head, _, body = data.partition(b"\r\n\r\n")
        size = _expected(head, address)
        parts = [body]
        got = len(body)
        while got < size:
            parts.append(line.recv(1 << 20) or _nothing(address))
            got += len(parts[-1])
    seconds = time.perf_counter() - began
    lines = (row.split(": ", 1) for row in head.decode().split("\r\n")[1:])
    return seconds, {name.lower(): value for name, value in lines}, b"".join(parts)


def rates(addresses: Mapping[str, Address], *, seconds: float, rounds: int) -> dict[str, float]:
    """Answers per second of each address: short turns, forwards and backwards, so that all meet the same weather."""
    found: dict[str, list[float]] = {name: [] for name in addresses}
    for number in range(rounds):
        for name in list(addresses)[:: 1 if number % 2 else -1]:
            found[name].append(rate(addresses[name], seconds=seconds))
    return {name: fmean(values) for name, values in found.items()}


def rate(address: Address, *, seconds: float, connections: int = CONNECTIONS) -> float:
    """Answers per second. Raises AssertionError for an answer with another status."""
    poll = select.epoll()
    lines = [_Line(address) for _ in range(connections)]
    for line in lines:
        poll.register(line.fd, select.EPOLLIN)
    by_fd = {line.fd: line for line in lines}
    done, began = 0, time.perf_counter()
    for line in lines:
        line.ask()
    try:
        for line in _readable(poll, by_fd, began + seconds):
            done += line.read()
            if line.closed:
                poll.unregister(line.fd)
                del by_fd[line.fd]
                line.socket.close()
                line.connect()
                by_fd[line.fd] = line
                poll.register(line.fd, select.EPOLLIN)
                line.ask()
        return done / (time.perf_counter() - began)
    finally:
        poll.close()
        for line in lines:
            line.socket.close()


def _readable(poll: select.epoll, by_fd: Mapping[int, _Line], until: float) -> Iterator[_Line]:
    while time.perf_counter() < until:
        ready = poll.poll(PATIENCE)
        assert ready, "nobody answers"
        for fd, _ in ready:
            if fd in by_fd:
                yield by_fd[fd]


class _Line:
    """One kept connection; a server that closes after each answer gets a new one each time."""

    room = memoryview(bytearray(1 << 20))

    def __init__(self, address: Address) -> None:
        self.address = address
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.address.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.fd = self.socket.fileno()
        self.closed = False

    def ask(self) -> None:
        self.head = b""
        self.left = -1
        self.socket.sendall(self.address.request)

    def read(self) -> int:
        """Take what has come; 1 when an answer is complete, and the next one is asked for."""
        count = self.socket.recv_into(self.room)
        if not count:
            return self._hung_up()
        if self.left < 0:
            self.head += bytes(self.room[:count])
            head, found, body = self.head.partition(b"\r\n\r\n")
            if not found:
                return 0
            self.left = _expected(head, self.address) - len(body)
            self.last = b"connection: close" in head.lower() or head.startswith(b"HTTP/1.0")
        else:
            self.left -= count
        if self.left > 0:
            return 0
        if self.last:
            self._hung_up()
        else:
            self.ask()
        return 1

    def _hung_up(self) -> int:
        assert self.left <= 0, "the answer was cut off"
        self.closed = True
        return 0


def _expected(head: bytes, address: Address) -> int:
    """The length of the body that follows this head."""
    first, _, rest = head.partition(b"\r\n")
    status = int(first.split()[1])
    assert status == address.status, f"{address.path} answers {status}"
    if status == 304:
        return 0
    for row in rest.lower().split(b"\r\n"):
        if row.startswith(b"content-length:"):
            return int(row.split(b":")[1])
    raise AssertionError(f"{address.path} does not say how long it is")


def _nothing(address: Address) -> bytes:
    raise AssertionError(f"{address.path} was cut off")
