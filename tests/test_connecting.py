import os
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from calendar_app.outbound import (
    Ambiguous,
    HostNotFound,
    NotSent,
    Outbound,
)
from calendar_app.times import utcnow
from tests.loopback import (
    OK,
    Receiver,
    closed_port,
    eventually,
    post,
    receivers,
    shut_by_peer,
)


@pytest.fixture
def receive() -> Iterator[Callable[..., Receiver]]:
    with receivers() as start:
        yield start


@pytest.fixture
def outbound() -> Iterator[Outbound]:
    client = Outbound(allowed_networks=["127.0.0.0/8", "::1/128"], user_agent="Sluice/1 (+http://localhost)")
    yield client
    client.close()


# Certainly not sent


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
