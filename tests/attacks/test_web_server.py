"""Requests as bytes, to the real web server: what it believes, and what it refuses."""

from __future__ import annotations

import socket

import pytest

from tests.conftest import wait_until
from tests.loopback import closed_port
from tests.processes import running

OURS = b"Host: 127.0.0.1\r\n"


@pytest.fixture
def ask(app):
    """Sends bytes, gives back status and all that was said."""
    port = closed_port()
    with running(app, ["web", "--port", str(port)]):
        wait_until(lambda: exchange(port, b"GET /healthz HTTP/1.1\r\n" + OURS)[0] == 200, 20)
        yield lambda said: exchange(port, said)


def exchange(port, said):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(said.replace(b"\r\n", b"\r\nConnection: close\r\n", 1) + b"\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return int(answer.split(b" ", 2)[1]), answer


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_web_server_believes_nothing_that_is_said_about_itself(ask):
    status, answer = ask(
        b"GET //evil.example/calendar HTTP/1.1\r\n" + OURS + b"SCRIPT_NAME: //evil.example\r\n"
    )
    assert b"Location: //evil" not in answer and status in {303, 308, 404}
    for header in (b"SCRIPT_NAME: /x", b"PATH_INFO: /healthz", b"REMOTE_USER: kari", b"X-Forwarded-Host: evil.example",
                   b"X-Forwarded-Proto: https", b"X-Forwarded-Prefix: /evil", b"X-HTTP-Method-Override: POST",
                   b"X-Original-URL: /healthz", b"Forwarded: host=evil.example;proto=https"):  # fmt: skip
        status, answer = ask(b"GET /calendar HTTP/1.1\r\n" + OURS + header + b"\r\n")
        assert (status, b"Location: /sign-in?next=/calendar\r\n" in answer, b"evil" in answer) == (
            303,
            True,
            False,
        )

    for host in (
        b"evil.example",
        b"127.0.0.1@evil.example",
        b"127.0.0.1:80@evil",
        b"",
        b"localhost.evil.example",
    ):
        for path in (b"/sign-in", b"/calendar", b"/api/v1/me"):
            status, answer = ask(b"GET " + path + b" HTTP/1.1\r\nHost: " + host + b"\r\n")
            assert (status, b"evil" in answer.split(b"\r\n\r\n")[0]) == (400, False), (host, path)

    two_lengths = (
        b"POST /sign-in HTTP/1.1\r\n" + OURS + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"
    )
    huge = (
        b"POST /sign-in HTTP/1.1\r\n"
        + OURS
        + b"Content-Type: application/json\r\nContent-Length: 99999999999\r\n"
    )
    for said, expected in (
        (two_lengths, {400}), (huge, {400, 413}), (b"TRACE / HTTP/1.1\r\n" + OURS, {404, 405}),
        (b"GET /static/../pyproject.toml HTTP/1.1\r\n" + OURS, {404}), (b"OPTIONS * HTTP/1.1\r\n" + OURS, {404}),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + OURS, {400, 414}), (b"GET /cal\0endar HTTP/1.1\r\n" + OURS, {400}),
    ):  # fmt: skip
        assert ask(said)[0] in expected, said[:80]
