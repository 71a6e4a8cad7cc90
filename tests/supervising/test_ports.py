import os
import socket

import pytest

from calendar_app.supervisor import port_taken


def test_a_port_on_which_somebody_listens_is_taken_and_free_again_afterwards():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        sentence = (
            f"Port {port} on {{}} is already in use; "
            "stop the program that uses it, or choose another port with --port."
        )
        assert port_taken("127.0.0.1", port) == sentence.format("127.0.0.1")
        assert port_taken("localhost", port) == sentence.format("localhost")
        assert port_taken("0.0.0.0", port) == sentence.format("0.0.0.0")
    assert port_taken("127.0.0.1", port) is None


def test_a_connection_that_has_just_been_closed_does_not_keep_the_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = listener.getsockname()
        with socket.create_connection(place) as client:
            served, _ = listener.accept()
            served.close()
            assert client.recv(1) == b""
    assert port_taken(*place) is None


@pytest.mark.parametrize("port", [-1, 65_536, 10**9])
def test_a_number_that_is_no_port_is_named(port):
    sentence = f"{port} is not a port number; choose one from 1 to 65535 with --port."
    assert port_taken("127.0.0.1", port) == sentence


@pytest.mark.parametrize("host", ["no such host", "x" * 70 + ".invalid", "a..b"])
def test_a_host_that_is_no_address_is_named(host):
    assert port_taken(host, 8000) == (
        f"“{host}” is not an address of this machine; choose another with --host."
    )


def test_an_address_of_another_machine_is_named():
    assert port_taken("192.0.2.1", 8000) == (
        "Nothing can listen on 192.0.2.1, port 8000 (Cannot assign requested address); "
        "choose another address with --host."
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="this user may listen on every port")
def test_a_port_that_needs_more_rights_is_named():
    assert port_taken("127.0.0.1", 1) == (
        "Port 1 needs more rights than this user has; choose one above 1023 with --port."
    )
