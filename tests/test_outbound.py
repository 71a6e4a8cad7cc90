import os
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from calendar_app.outbound import (
    AddressRefused,
    Ambiguous,
    Answer,
    BadAddress,
    HostNotFound,
    NotSent,
    Outbound,
)
from calendar_app.times import utcnow

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


@pytest.fixture
def receive() -> Iterator[Callable[..., Receiver]]:
    receivers: list[Receiver] = []

    def start(script: Script = answer_ok, context: ssl.SSLContext | None = None) -> Receiver:
        receivers.append(Receiver(script, context))
        return receivers[-1]

    yield start
    for receiver in receivers:
        receiver.close()


@pytest.fixture
def outbound() -> Iterator[Outbound]:
    client = Outbound(allowed_networks=["127.0.0.0/8", "::1/128"], user_agent="Sluice/1 (+http://localhost)")
    yield client
    client.close()


def post(outbound: Outbound, address: str, *, seconds: float = 10, **options: Any) -> Answer:
    options = {"headers": {"webhook-id": "d1"}, "content": b'{"a":1}'} | options
    return outbound.send("POST", address, deadline=time.monotonic() + seconds, **options)


# What is sent, and what comes back


def test_a_call_sends_what_it_was_given_and_gives_the_answer(outbound: Outbound, receive: Any):
    receiver = receive(
        answering(b"HTTP/1.1 201 Created\r\nX-Id: 7\r\nVia: a\r\nVia: b\r\nContent-Length: 2\r\n\r\nhi")
    )
    answer = post(outbound, receiver.address + "?q=1")
    assert (answer.status, answer.body, answer.truncated) == (201, b"hi", False)
    assert answer.headers == {"x-id": "7", "via": "a, b", "content-length": "2"}
    assert 0 < answer.seconds < 10
    assert receiver.requests == [
        b"POST /hook?q=1 HTTP/1.1\r\n"
        + f"host: 127.0.0.1:{receiver.port}\r\n".encode()
        + b"accept-encoding: identity\r\ncontent-length: 7\r\nwebhook-id: d1\r\n"
        + b'user-agent: Sluice/1 (+http://localhost)\r\n\r\n{"a":1}'
    ]


def test_the_caller_cannot_change_host_and_length(outbound: Outbound, receive: Any):
    receiver = receive()
    post(
        outbound,
        receiver.address,
        headers={"Host": "evil.example", "Content-Length": "0", "User-Agent": "me"},
    )
    head = receiver.requests[0].lower()
    assert (head.count(b"host:"), head.count(b"content-length:"), head.count(b"user-agent:")) == (1, 1, 1)
    assert b"evil.example" not in head
    assert b"user-agent: me\r\n" in head


def test_a_get_has_no_length(outbound: Outbound, receive: Any):
    receiver = receive()
    outbound.send("GET", receiver.address, headers={}, content=b"", deadline=time.monotonic() + 10)
    assert b"content-length" not in receiver.requests[0]


@pytest.mark.parametrize("status", [b"301 Moved", b"302 Found", b"307 Again", b"308 Moved"])
def test_a_redirect_is_an_answer_and_not_followed(outbound: Outbound, receive: Any, status: bytes):
    elsewhere = receive()
    receiver = receive(
        answering(
            b"HTTP/1.1 %s\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, elsewhere.address.encode())
        )
    )
    answer = post(outbound, receiver.address)
    assert (answer.status, answer.headers["location"]) == (int(status[:3]), elsewhere.address)
    assert (len(receiver.requests), elsewhere.requests) == (1, [])


def test_proxies_of_the_environment_are_not_asked(receive: Any, monkeypatch: pytest.MonkeyPatch):
    proxy, receiver = receive(), receive()
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy.address)
    outbound = Outbound(allowed_networks=["127.0.0.0/8"], user_agent="Sluice/1")
    assert post(outbound, receiver.address).status == 200
    assert (len(proxy.requests), len(receiver.requests)) == (0, 1)
    outbound.close()


def test_a_long_body_is_read_up_to_the_cap_and_marked(outbound: Outbound, receive: Any):
    def flood(_: Receiver, connection: socket.socket, __: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")

    receiver = receive(flood)
    answer = post(outbound, receiver.address, max_bytes=10_000)
    assert (answer.status, answer.body, answer.truncated) == (200, b"x" * 10_000, True)


def test_a_body_of_exactly_the_cap_is_whole(outbound: Outbound, receive: Any):
    answer = post(outbound, receive().address, max_bytes=2)
    assert (answer.body, answer.truncated) == (b"ok", False)


# Where it may go


def test_a_private_address_is_refused_and_gets_no_byte(receive: Any):
    receiver = receive()
    outbound = Outbound(user_agent="Sluice/1")
    for host in ("127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"):
        with pytest.raises(AddressRefused):
            post(outbound, f"http://{host}:{receiver.port}/")
    assert (receiver.connections, receiver.requests) == ([], [])


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/", "http://me:pw@127.0.0.1/", "hook", "unix:///run/x"])
def test_a_bad_address_is_certainly_not_sent(outbound: Outbound, address: str):
    with pytest.raises(BadAddress) as caught:
        post(outbound, address)
    assert isinstance(caught.value, NotSent)


def test_the_name_is_looked_up_once_and_the_checked_address_called(
    outbound: Outbound, receive: Any, monkeypatch: pytest.MonkeyPatch
):
    receiver, asked, real = receive(), [], socket.getaddrinfo

    def rebinding(host: str, *arguments: Any, **options: Any) -> Any:
        if host != "rebinding.example":
            return real(host, *arguments, **options)
        asked.append(host)
        entry = "127.0.0.1" if len(asked) == 1 else "169.254.169.254"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (entry, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    assert post(outbound, f"http://rebinding.example:{receiver.port}/").status == 200
    assert asked == ["rebinding.example"]
    assert f"host: rebinding.example:{receiver.port}\r\n".encode() in receiver.requests[0]


def test_the_next_address_is_tried_when_one_does_not_answer(
    outbound: Outbound, receive: Any, monkeypatch: pytest.MonkeyPatch
):
    receiver, real = receive(), socket.getaddrinfo

    def two(host: str, *arguments: Any, **options: Any) -> Any:
        if host != "two.example":
            return real(host, *arguments, **options)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (entry, 0)) for entry in ("127.9.9.9", "127.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    assert post(outbound, f"http://two.example:{receiver.port}/").status == 200


# Certainly not sent


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_a_refused_connection_is_certainly_not_sent(outbound: Outbound):
    with pytest.raises(NotSent) as caught:
        post(outbound, f"http://127.0.0.1:{closed_port()}/")
    assert caught.value.reason == "127.0.0.1 refused the connection."


def test_an_unknown_host_is_certainly_not_sent(outbound: Outbound, monkeypatch: pytest.MonkeyPatch):
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(HostNotFound) as caught:
        post(outbound, "http://no-such.example/")
    assert isinstance(caught.value, NotSent)


def test_a_connection_that_nobody_takes_up_is_certainly_not_sent(outbound: Outbound):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(busy.getsockname())
        with pytest.raises(NotSent) as caught:
            post(outbound, f"http://127.0.0.1:{busy.getsockname()[1]}/", seconds=0.3)
        for one in waiting:
            one.close()
    assert caught.value.reason == "127.0.0.1 did not take up the connection in time."


def test_a_call_whose_time_is_over_does_not_begin(outbound: Outbound, receive: Any):
    receiver = receive()
    with pytest.raises(NotSent, match="over before anything was sent"):
        post(outbound, receiver.address, seconds=-1)
    assert (receiver.connections, receiver.requests) == ([], [])


def test_what_runs_before_the_first_byte_can_stop_the_call(outbound: Outbound, receive: Any):
    class LeaseLost(Exception):
        pass

    def lost() -> None:
        raise LeaseLost

    receiver = receive()
    with pytest.raises(LeaseLost):
        post(outbound, receiver.address, before_first_byte=lost)
    assert post(outbound, receiver.address).status == 200
    assert len(receiver.requests) == 1


def test_a_deadline_that_passes_just_before_the_first_byte_stops_the_call(outbound: Outbound, receive: Any):
    receiver = receive()
    with pytest.raises(NotSent):
        post(outbound, receiver.address, seconds=0.2, before_first_byte=lambda: time.sleep(0.3))
    post(outbound, receiver.address)
    assert len(receiver.requests) == 1


def test_a_connection_reset_before_the_first_byte_is_certainly_not_sent(outbound: Outbound, receive: Any):
    receiver = receive()

    def hang_up() -> None:
        eventually(lambda: receiver.connections)
        shut_by_peer(receiver)

    with pytest.raises(NotSent) as caught:
        post(outbound, receiver.address, before_first_byte=hang_up)
    assert caught.value.reason == "127.0.0.1 closed the connection before anything was sent."
    assert receiver.requests == []


@pytest.mark.parametrize("headers", [{"X": "a\r\nEvil: 1"}, {"bad name": "x"}, {"X": "\x00"}])
def test_a_header_that_http_does_not_allow_is_not_sent(
    outbound: Outbound, receive: Any, headers: dict[str, str]
):
    receiver = receive()
    with pytest.raises(NotSent, match="header that HTTP does not allow"):
        post(outbound, receiver.address, headers=headers)
    assert receiver.requests == []


def test_when_all_connections_are_busy_a_call_waits_and_is_then_certainly_not_sent(receive: Any):
    outbound = Outbound(allowed_networks=["127.0.0.0/8"], user_agent="Sluice/1", max_connections=1)
    receiver = receive(lambda receiver, connection, _: receiver.over.wait(30))
    with ThreadPoolExecutor(1) as others:
        busy = others.submit(post, outbound, receiver.address, seconds=1)
        eventually(lambda: receiver.requests)
        with pytest.raises(NotSent, match="Too many calls"):
            post(outbound, receiver.address, seconds=0.2)
        assert isinstance(busy.exception(), Ambiguous)
    assert len(receiver.requests) == 1
    outbound.close()


# Perhaps sent


def drip(head: bytes) -> Script:
    def script(receiver: Receiver, connection: socket.socket, _: bytes) -> None:
        connection.sendall(head)
        while not receiver.over.wait(0.05):
            connection.sendall(b"x")

    return script


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"", None),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", 200),
    ],
)
def test_a_slow_drip_is_cut_at_the_deadline(
    outbound: Outbound, receive: Any, head: bytes, status: int | None
):
    receiver = receive(drip(head))
    began = time.monotonic()
    with pytest.raises(Ambiguous) as caught:
        post(outbound, receiver.address, seconds=0.4)
    assert 0.3 < time.monotonic() - began < 2
    assert caught.value.status == status
    assert caught.value.reason == "No whole answer of 127.0.0.1 came in the time allowed."


def test_endless_interim_answers_are_cut_at_the_deadline(outbound: Outbound, receive: Any):
    def interim(receiver: Receiver, connection: socket.socket, _: bytes) -> None:
        while not receiver.over.wait(0.02):
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")

    with pytest.raises(Ambiguous, match="in the time allowed"):
        post(outbound, receive(interim).address, seconds=0.3)


def test_a_receiver_that_stops_reading_is_cut_at_the_deadline(outbound: Outbound, receive: Any):
    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(Ambiguous):
        post(outbound, f"http://127.0.0.1:{deaf.getsockname()[1]}/", seconds=0.4, content=b"x" * 50_000_000)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"])
def test_a_reset_after_the_request_is_ambiguous(outbound: Outbound, receive: Any, answer: bytes):
    def misbehave(_: Receiver, connection: socket.socket, __: bytes) -> None:
        connection.sendall(answer)
        reset(connection)

    receiver = receive(misbehave)
    with pytest.raises(Ambiguous):
        post(outbound, receiver.address)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"220 mail.example ESMTP\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_an_answer_that_is_no_http_is_ambiguous(outbound: Outbound, receive: Any, answer: bytes):
    receiver = receive(answering(answer))
    with pytest.raises(Ambiguous) as caught:
        post(outbound, receiver.address)
    assert caught.value.reason == "The answer of 127.0.0.1 was cut short or is not HTTP."
    assert len(receiver.requests) == 1


def test_a_broken_body_tells_the_status_that_came_before_it(outbound: Outbound, receive: Any):
    receiver = receive(answering(b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"))
    with pytest.raises(Ambiguous) as caught:
        post(outbound, receiver.address)
    assert caught.value.status == 202


# Kept connections


def test_a_connection_is_used_again(outbound: Outbound, receive: Any):
    receiver = receive()
    for _ in range(20):
        assert post(outbound, receiver.address).status == 200
    assert (len(receiver.requests), len(receiver.connections)) == (20, 1)


def test_many_threads_share_the_connections(outbound: Outbound, receive: Any):
    receiver = receive()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: post(outbound, receiver.address).status, range(200)))
    assert (answers, len(receiver.requests)) == ([200] * 200, 200)
    assert len(receiver.connections) <= 8


def test_a_kept_connection_that_was_closed_is_replaced_and_the_call_arrives_once(
    outbound: Outbound, receive: Any
):
    receiver = receive()
    post(outbound, receiver.address)
    shut_by_peer(receiver)
    assert post(outbound, receiver.address).status == 200
    assert (len(receiver.requests), len(receiver.connections)) == (2, 2)


def test_a_kept_connection_that_dies_at_the_last_moment_is_replaced_and_the_call_arrives_once(
    outbound: Outbound, receive: Any
):
    receiver = receive()
    post(outbound, receiver.address)
    looked = []

    def dies() -> None:
        looked.append("before the first byte")
        if len(looked) == 1:
            shut_by_peer(receiver)

    assert post(outbound, receiver.address, before_first_byte=dies).status == 200
    assert (looked, len(receiver.requests), len(receiver.connections)) == (
        ["before the first byte"] * 2,
        2,
        2,
    )


def test_a_kept_connection_that_dies_after_the_request_is_ambiguous_and_never_repeated(
    outbound: Outbound, receive: Any
):
    def once(receiver: Receiver, connection: socket.socket, _: bytes) -> None:
        connection.sendall(OK) if len(receiver.requests) == 1 else connection.close()

    receiver = receive(once)
    post(outbound, receiver.address)
    with pytest.raises(Ambiguous):
        post(outbound, receiver.address)
    assert (len(receiver.requests), len(receiver.connections)) == (2, 1)


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_child_opens_its_own_connection(outbound: Outbound, receive: Any):
    receiver = receive()
    post(outbound, receiver.address)
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if post(outbound, receiver.address).status == 200 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert post(outbound, receiver.address).status == 200
    assert (len(receiver.requests), len(receiver.connections)) == (3, 2)


def test_after_closing_a_call_opens_a_new_connection(outbound: Outbound, receive: Any):
    receiver = receive()
    post(outbound, receiver.address)
    outbound.close()
    assert post(outbound, receiver.address).status == 200
    assert len(receiver.connections) == 2


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For the name localhost, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(utcnow() - timedelta(days=1))
        .not_valid_after(utcnow() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    plain_key = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(plain_key + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def tls_server(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def trusting(certificate: Path) -> Outbound:
    return Outbound(
        allowed_networks=["127.0.0.0/8", "::1/128"],
        user_agent="Sluice/1",
        ssl_context=ssl.create_default_context(cafile=certificate),
    )


def test_tls_checks_the_name_and_says_it_while_the_checked_address_is_called(
    receive: Any, tls_server: ssl.SSLContext, certificate: Path
):
    names: list[str | None] = []
    tls_server.sni_callback = lambda _, name, __: names.append(name)
    receiver, outbound = receive(context=tls_server), trusting(certificate)
    for _ in range(3):
        assert post(outbound, f"https://localhost:{receiver.port}/").status == 200
    assert (names, len(receiver.connections), len(receiver.requests)) == (["localhost"], 1, 3)
    outbound.close()


@pytest.mark.parametrize(("host", "trusted"), [("localhost", False), ("127.0.0.1", True)])
def test_a_certificate_that_is_not_good_is_certainly_not_sent(
    receive: Any, tls_server: ssl.SSLContext, certificate: Path, outbound: Outbound, host: str, trusted: bool
):
    receiver = receive(context=tls_server)
    client = trusting(certificate) if trusted else outbound
    with pytest.raises(NotSent, match=f"^The certificate of {host} is not good: .*[^.]\\.$"):
        post(client, f"https://{host}:{receiver.port}/")
    assert receiver.requests == []
    client.close()


def test_a_server_that_speaks_no_tls_is_certainly_not_sent(outbound: Outbound, receive: Any):
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def greet() -> None:
            with plain.accept()[0] as connection:
                connection.sendall(b"220 hello\r\n" * 20)

        answer = Thread(target=greet, daemon=True)
        answer.start()
        with pytest.raises(NotSent, match="No secure connection to 127.0.0.1 could be made"):
            post(outbound, f"https://127.0.0.1:{plain.getsockname()[1]}/")
        answer.join()


def test_a_tls_greeting_that_never_comes_is_certainly_not_sent(outbound: Outbound):
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(NotSent):
        post(outbound, f"https://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.3)


def test_a_network_that_is_none_stops_the_start():
    with pytest.raises(ValueError, match="10.0.0.0/99"):
        Outbound(allowed_networks=["10.0.0.0/99"], user_agent="Sluice/1")


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
