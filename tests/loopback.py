"""Servers on loopback that keep a ledger and misbehave as told, and the client that calls them."""

import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from calendar_app.outbound import Answer, Outbound

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Script = Callable[["Receiver", socket.socket, bytes], None]


class Receiver:
    """A server on loopback that keeps a ledger of what it got and behaves as its script says."""

    def __init__(self, script: Script, context: ssl.SSLContext | None = None) -> None:
        self.script, self.context = script, context
        self.requests: list[bytes] = []
        self.connections: list[socket.socket] = []
        self.over = Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/hook"
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self.listener.accept()
                if self.context:
                    connection = self.context.wrap_socket(connection, server_side=True)
            except OSError:
                continue
            self.connections.append(connection)
            if self.over.is_set():
                # It came while the others were being closed.
                connection.close()
                return
            Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            while request := read_request(connection):
                self.requests.append(request)
                self.script(self, connection, request)
        except OSError:
            pass

    def close(self) -> None:
        self.over.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        for connection in (self.listener, *self.connections):
            connection.close()


def read_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        if not (part := connection.recv(65536)):
            return b""
        request += part
    head, _, body = request.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        if not (part := connection.recv(65536)):
            return b""
        body += part
    return head + b"\r\n\r\n" + body


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def answering(answer: bytes) -> Script:
    return lambda _, connection, __: connection.sendall(answer)


answer_ok = answering(OK)


@contextmanager
def receivers() -> Iterator[Callable[..., Receiver]]:
    """A function that starts receivers, all of which are gone at the end."""
    started: list[Receiver] = []

    def start(script: Script = answer_ok, context: ssl.SSLContext | None = None) -> Receiver:
        started.append(Receiver(script, context))
        return started[-1]

    yield start
    for receiver in started:
        receiver.close()


def post(outbound: Outbound, address: str, *, seconds: float = 10, **options: Any) -> Answer:
    options = {"headers": {"webhook-id": "d1"}, "content": b'{"a":1}'} | options
    return outbound.send("POST", address, deadline=time.monotonic() + seconds, **options)


def eventually(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.005)


def shut_by_peer(receiver: Receiver) -> None:
    """Resets the receiver's newest connection and waits until the reset has crossed the loopback."""
    connection = receiver.connections[-1]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RD)
    connection.close()
    time.sleep(0.05)


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
