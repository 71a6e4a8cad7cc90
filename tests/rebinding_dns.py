"""A name server that changes its mind: it gives one address when asked first, and another ever after (TTL 0).

`resolved_by` lets the process ask it, over UDP as any resolver would; `reachable_at` lets a server on loopback answer
for a public address, and notes to which address each connection was asked for.
"""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager


class RebindingDNS:
    """Answers questions for type A: the first of each name with `first`, all others with `then`."""

    def __init__(self, first, then):
        self.first, self.then, self.asked = first, then, []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.place = self._socket.getsockname()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._socket.close()

    def _serve(self):
        while True:
            try:
                question, asker = self._socket.recvfrom(512)
            except OSError:
                return
            name, end = read_name(question, 12)
            address = self.then if name in self.asked else self.first
            self.asked.append(name)
            head = question[:2] + struct.pack(">HHHHH", 0x8180, 1, 1, 0, 0)
            record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4) + socket.inet_aton(address)
            self._socket.sendto(head + question[12 : end + 4] + record, asker)


def look_up(name, place):
    """The addresses that the server at this place gives for a name."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(5)
        asking.sendto(struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1", place)
        answer = asking.recv(512)
    _, end = read_name(answer, 12)
    assert struct.unpack(">HHIH", answer[end + 6 : end + 16]) == (1, 1, 0, 4), (
        "one address, to be kept for no time"
    )
    return [socket.inet_ntoa(answer[end + 16 : end + 20])]


def read_name(message, at):
    parts = []
    while length := message[at]:
        parts.append(message[at + 1 : at + 1 + length].decode())
        at += 1 + length
    return ".".join(parts), at + 1


@contextmanager
def resolved_by(dns, monkeypatch):
    real = socket.getaddrinfo

    def ask(host, port, *args, **options):
        if not str(host).endswith(".example"):
            return real(host, port, *args, **options)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port or 0)) for one in look_up(host, dns.place)
        ]

    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", ask)
        yield


@contextmanager
def reachable_at(address, monkeypatch):
    """Gives the list of places that were connected to. A connection to this address ends at the same port here."""
    asked_for, real = [], socket.create_connection

    def connect(place, *args, **options):
        asked_for.append(place[0])
        return real(("127.0.0.1" if place[0] == address else place[0], place[1]), *args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(socket, "create_connection", connect)
        yield asked_for
