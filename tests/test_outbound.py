import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from calendar_app.outbound import AddressRefused, Ambiguous, BadAddress, NotSent, Outbound
from tests.loopback import (
    Receiver,
    Script,
    answering,
    post,
    receivers,
    reset,
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
