"""A receiver on loopback that processes first and misbehaves afterwards, and keeps its own ledger.

What it says it has seen is the verdict of the tests: not what Sluice believes to have sent.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Call:
    """One request. `at` is when its first byte came (Unix seconds); `processed` whether it took effect here."""

    at: float
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    processed: bool

    @property
    def key(self):
        """The idempotency key of the request, whichever header the channel carries it in."""
        return self.headers.get("webhook-id") or self.headers.get("idempotency-key", "")


@dataclass(frozen=True)
class Behaviour:
    """What to do with one request once it has been read (and, if `processes`, taken effect).

    `until`: the answer waits for this event.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    processes: bool = True
    delay: float = 0.0
    reset: bool = False
    drip: float = 0.0
    until: threading.Event | None = None


OK = Behaviour()


def answer(status, *, processes=None, delay=0.0, until=None, body=b"ok", **headers):
    """Answer with this status; underscores in header names become hyphens. Only a 2xx has processed the request."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    done = 200 <= status < 300 if processes is None else processes
    return Behaviour(status, named, body, done, delay, until=until)


def reset_after_processing():
    """Take the request to heart, then break the connection without a word."""
    return Behaviour(reset=True)


def reset_before_processing():
    return Behaviour(reset=True, processes=False)


def drip(seconds_per_byte=0.05):
    """Process, then answer one byte at a time: no single read ever waits long."""
    return Behaviour(drip=seconds_per_byte, body=b"x" * 100_000)


class Receiver:
    """A threaded HTTP/1.1 server with keep-alive. Use as a context manager; `plan` says how it behaves."""

    def __init__(self):
        self.ledger: list[Call] = []
        self.bytes_sent = 0
        self._plans: dict[str, deque[Behaviour]] = defaultdict(deque)
        self._usual: dict[str, Behaviour] = {}
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._listener = None
        self.port = 0
        self.listen()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def address(self, path="/hook"):
        return f"http://127.0.0.1:{self.port}{path}"

    def plan(self, *behaviours, path="/hook", then=OK):
        """Behave like this, request by request; after the last one like `then`."""
        with self._lock:
            self._plans[path] = deque(behaviours)
            self._usual[path] = then

    def at(self, path="/hook"):
        """The requests that came to this path, in order."""
        with self._lock:
            return [call for call in self.ledger if call.path == path]

    def effects(self, path="/hook"):
        """What a receiver that heeds keys has done: key → the body it first took."""
        done: dict[str, bytes] = {}
        for call in self.at(path):
            if call.processed:
                done.setdefault(call.key, call.body)
        return done

    def refuse(self):
        """Stop listening: connections are refused before anything can be sent."""
        listener, self._listener = self._listener, None
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        self._hang_up()

    def listen(self):
        """Take connections, on the same port as before."""
        listener = socket.create_server(("127.0.0.1", self.port), backlog=512)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._start(self._accept, listener)

    def close(self):
        self._stopping.set()
        if self._listener is not None:
            self.refuse()
        self._hang_up()
        for thread in self._threads:
            thread.join(5)

    def _hang_up(self):
        with self._lock:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def _start(self, work, *args):
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads = [known for known in self._threads if known.is_alive()] + [thread]
        thread.start()

    def _accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(sock)
            self._start(self._serve, sock)

    def _serve(self, sock):
        pending = b""
        try:
            while (taken := self._read(sock, pending)) is not None:
                request, pending = taken
                if not self._respond(sock, *request):
                    return
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(sock)
            sock.close()

    def _read(self, sock, data):
        """One whole request and what came after it; None at the end of the connection."""
        at = time.time() if data else None
        while b"\r\n\r\n" not in data:
            chunk = sock.recv(65536)
            if not chunk:
                return None
            at = at or time.time()
            data += chunk
        head, _, rest = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
        }
        length = int(headers.get("content-length", 0))
        while len(rest) < length:
            chunk = sock.recv(65536)
            if not chunk:
                return None
            rest += chunk
        method, path, _ = first.split(" ", 2)
        return (at, method, path, headers, rest[:length]), rest[length:]

    def _respond(self, sock, at, method, path, headers, body):
        """Note the request, then behave; False when the connection is to be ended."""
        with self._lock:
            planned = self._plans[path]
            behaviour = planned.popleft() if planned else self._usual.get(path, OK)
            self.ledger.append(Call(at, method, path, headers, body, behaviour.processes))
        if behaviour.delay:
            self._stopping.wait(behaviour.delay)
        while behaviour.until and not (behaviour.until.is_set() or self._stopping.is_set()):
            behaviour.until.wait(0.05)
        if behaviour.reset:
            # Linger of zero seconds: the kernel sends RST instead of FIN.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        content = _response(behaviour)
        if behaviour.drip:
            return self._drip(sock, content, behaviour.drip)
        self._send(sock, content)
        return True

    def _send(self, sock, content):
        for start in range(0, len(content), 65536):
            part = content[start : start + 65536]
            sock.sendall(part)
            self.bytes_sent += len(part)

    def _drip(self, sock, content, every):
        for number in range(len(content)):
            self._send(sock, content[number : number + 1])
            if self._stopping.wait(every):
                break
        return False


def _response(behaviour):
    lines = [f"HTTP/1.1 {behaviour.status} Planned", f"content-length: {len(behaviour.body)}"]
    lines += [f"{name}: {value}" for name, value in behaviour.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + behaviour.body
