import socket
from threading import Event
from typing import Any

import pytest

from calendar_app.destinations import (
    AddressRefused,
    BadAddress,
    HostNotFound,
    NotSent,
    addresses_of,
    check_address,
    destination,
)

NOT_PUBLIC = [
    *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
    *("172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9", "192.0.2.1", "192.88.99.1", "192.168.1.1"),
    *("198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1"),
    "255.255.255.255",
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8"),
    *("64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:0:a00:1::1"),
    *("2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::1", "2002:808:808::1"),
    *("3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1"),
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "100.128.0.1", "172.32.0.1", "192.0.1.1", "192.88.98.1", "198.20.0.1"]
PUBLIC_6 = ["2606:4700:4700::1111", "2a00:1450:4001::8", "2001:4860:4860::8888", "2001:200::1", "2003::1"]


def in_an_address(host: str) -> str:
    return f"https://[{host}]/hook" if ":" in host else f"https://{host}/hook"


def dns(monkeypatch: pytest.MonkeyPatch, *entries: str) -> None:
    def answer(host: str, port: Any, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (entry, 0)) for entry in entries]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.mark.parametrize("host", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused(host: str):
    with pytest.raises(AddressRefused):
        check_address(in_an_address(host))


@pytest.mark.parametrize("host", [*PUBLIC, *PUBLIC_6])
def test_a_public_address_is_accepted(host: str):
    assert check_address(in_an_address(host)) is None


@pytest.mark.parametrize("spelling", ["127.1", "0x7f.0.0.1", "0x7f000001", "2130706433", "017700000001", "0"])
def test_another_spelling_of_a_private_address_is_refused(spelling: str):
    with pytest.raises(AddressRefused):
        check_address(f"http://{spelling}/")


def test_the_refusal_names_the_address_and_who_can_help():
    with pytest.raises(AddressRefused) as caught:
        check_address("http://127.0.0.1:8080/hook")
    assert caught.value.sentence == (
        "This address leads into a private network (127.0.0.1). "
        "Sluice calls only public addresses unless its operator allows this network."
    )
    assert isinstance(caught.value, NotSent)


def test_a_network_that_the_operator_allows_is_accepted_and_no_other():
    allowed = ["10.1.0.0/16", "fd00::/8"]
    assert check_address("http://10.1.2.3/", allowed) is None
    assert check_address("http://[fd00::5]/", allowed) is None
    for outside in ("http://10.2.0.1/", "http://[::ffff:10.1.2.3]/", "http://127.0.0.1/"):
        with pytest.raises(AddressRefused):
            check_address(outside, allowed)


@pytest.mark.parametrize(
    "entries", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["8.8.8.8", "1.1.1.1", "::1"], ["fe80::1%2"]]
)
def test_one_private_entry_in_the_dns_refuses_the_host(monkeypatch: pytest.MonkeyPatch, entries: list[str]):
    dns(monkeypatch, *entries)
    with pytest.raises(AddressRefused):
        check_address("https://mixed.example/")


def test_a_host_whose_entries_are_all_public_is_accepted(monkeypatch: pytest.MonkeyPatch):
    dns(monkeypatch, "8.8.8.8", "2606:4700:4700::1111")
    assert check_address("https://good.example/") is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "example.org", "//example.org/x", "ftp://example.org/", "file:///etc/passwd", "unix:/run/x"),
        *("javascript:alert(1)", "https://", "https:///x", "http://:80/", "http://exa mple.org/", "\x00"),
        *("http://example.org:x/", "http://[::1", "http://example.org/\nx", " https://example.org/"),
        "https://example.org/" + "a" * 2048,
    ],
)
def test_text_that_is_no_address_is_refused_with_an_example(text: str):
    with pytest.raises(BadAddress) as caught:
        check_address(text)
    assert caught.value.sentence == (
        "This is not an address Sluice can call. Write it whole, as in https://example.org/hook."
    )
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("text", ["https://me:secret@8.8.8.8/", "https://me@8.8.8.8/", "https://:x@8.8.8.8/"])
def test_a_name_or_password_in_an_address_is_refused_without_repeating_it(text: str):
    with pytest.raises(BadAddress) as caught:
        check_address(text)
    assert caught.value.sentence == (
        "Take the name and password out of this address: they would show in logs."
    )


@pytest.mark.parametrize("port", ["0", "65536", "70000", "99999999999"])
def test_a_port_that_does_not_exist_is_refused(port: str):
    with pytest.raises(BadAddress):
        check_address(f"http://8.8.8.8:{port}/")


def test_an_address_is_taken_apart():
    taken = destination("https://Bücher.example:8443/Straße?q=ä#part")
    assert (taken.host, taken.host_header) == ("xn--bcher-kva.example", "xn--bcher-kva.example:8443")
    assert (taken.address.port, taken.address.target) == (8443, b"/Stra%C3%9Fe?q=%C3%A4")


@pytest.mark.parametrize(("text", "port"), [("http://example.org", 80), ("https://example.org", 443)])
def test_an_address_without_port_has_that_of_its_scheme(text: str, port: int):
    taken = destination(text)
    assert (taken.address.port, taken.address.target, taken.host_header) == (port, b"/", "example.org")


def test_a_host_that_the_dns_does_not_know_is_told_apart(monkeypatch: pytest.MonkeyPatch):
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(HostNotFound) as caught:
        check_address("https://no-such.example/")
    assert caught.value.sentence == "There is no host named no-such.example. Check the spelling."
    assert not isinstance(caught.value, BadAddress)


def test_a_dns_that_fails_for_now_is_no_spelling_mistake(monkeypatch: pytest.MonkeyPatch):
    def away(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    monkeypatch.setattr(socket, "getaddrinfo", away)
    with pytest.raises(HostNotFound, match="The DNS gave no answer for slow.example"):
        check_address("https://slow.example/")


def test_a_name_that_no_dns_can_hold_is_not_found():
    with pytest.raises(HostNotFound):
        check_address(f"https://{'a' * 70}.example/")


def test_a_silent_dns_is_given_up_in_time_and_asked_once_for_all(monkeypatch: pytest.MonkeyPatch):
    asked, over = [], Event()

    def silent(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        over.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    for _ in range(5):
        with pytest.raises(HostNotFound, match="in time"):
            addresses_of("silent.example", 0.02)
    over.set()
    assert asked == ["silent.example"]
